package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

//go:embed words/*.json
var ownWords embed.FS

// Texts are the words of one language by key: the report's own and those that it
// shares with the dashboard.
type Texts struct {
	lang string
	of   map[string]string
}

// Composer composes reports in both languages.
type Composer struct{ texts map[string]Texts }

// NewComposer takes the dashboard's texts by language and key, of which a report uses
// the names of trends, questions, evidence and the like. An error means that the
// report's own texts are damaged.
func NewComposer(shared map[string]map[string]string) (*Composer, error) {
	c := &Composer{texts: map[string]Texts{}}
	for _, lang := range []string{"de", "en"} {
		data, err := ownWords.ReadFile("words/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the words of the report: %w", err)
		}
		own := map[string]string{}
		if err := json.Unmarshal(data, &own); err != nil {
			return nil, fmt.Errorf("read the words of the report, %s: %w", lang, err)
		}
		all := maps.Clone(shared[lang])
		if all == nil {
			all = map[string]string{}
		}
		for key, text := range own {
			all["report."+key] = text
		}
		c.texts[lang] = Texts{lang: lang, of: all}
	}
	return c, nil
}

// text returns one of the report's own texts with {0}, {1}... replaced. A missing key
// shows, so that no test overlooks it.
func (t Texts) text(key string, args ...any) string { return t.shared("report."+key, args...) }

// shared returns a text that the dashboard has, too.
func (t Texts) shared(key string, args ...any) string {
	text, ok := t.of[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	var pairs []string
	for i, arg := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", fmt.Sprint(arg))
	}
	return strings.NewReplacer(pairs...).Replace(text) // in one go: an argument is no template
}

// either returns the text of a key, or fallback where there is none.
func (t Texts) either(key, fallback string) string {
	if text, ok := t.of[key]; ok {
		return text
	}
	return fallback
}
