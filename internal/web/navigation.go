package web

// navGroup is a part of the menu. nav.group.<Name> is its heading; the last has none.
type navGroup struct {
	Name  string
	Pages []string
}

// navigation is the menu: what one learns with, what the lab is made of, and help.
func navigation() []navGroup {
	return []navGroup{
		{"learn", []string{"home", "trends", "lessons", "terminal", "capstone", "review"}},
		{"lab", []string{"components", "functions", "energy", "plots", "modules"}},
		{"", []string{"help", "settings"}},
	}
}

// navLink is a link of the menu on the page Page.
type navLink struct{ Name, Page string }

// tabs are the pages at hand at the foot of a small screen; the others are under "more".
func tabs() []string { return []string{"home", "trends", "lessons", "capstone"} }

// section is the page of the menu that a page belongs to.
func section(page string) string {
	switch page {
	case "component":
		return "components"
	case "function", "store":
		return "functions"
	case "lesson":
		return "lessons"
	case "module":
		return "modules"
	case "topic":
		return "help"
	}
	return page
}

func navHref(page string) string {
	if page == "home" {
		return "/"
	}
	return "/" + page
}
