package site

import (
	"html/template"

	"github.com/labbox/labbox/internal/idp/scaffold"
	"github.com/labbox/labbox/internal/idp/scorecard"
)

// cardView is what the table of a scorecard needs.
type cardView struct {
	V      view
	Checks []scorecard.Check
}

// badge is a status in words.
type badge struct{ Class, Words string }

// funcs are what templates may call beside the methods of view.
func funcs() template.FuncMap {
	return template.FuncMap{
		"cardOf": func(v view, checks []scorecard.Check) cardView { return cardView{v, checks} },
		"statusOf": func(v view, status string) badge {
			if status == scaffold.StatusFailed {
				return badge{"failed", v.T("failed.task")}
			}
			return badge{status, v.T(status)}
		},
	}
}
