package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
)

// manual is the built-in help in one language: topics and a glossary.
type manual struct {
	Topics []topic
	Terms  []term
}

// topic is a page of the help. Its Text is Markdown without the title.
type topic struct{ ID, Title, Text string }

// term is a word of the course and what it means.
type term struct {
	ID    string `json:"id"`
	Term  string `json:"term"`
	Text  string `json:"text"`
	Trend string `json:"trend"`
}

// loadManual reads help/<lang>/<nn>-<id>.md, in the order of the names, and
// help/<lang>/glossary.json.
func loadManual(files fs.FS, lang string) (*manual, error) {
	m := &manual{}
	names, err := fs.Glob(files, "help/"+lang+"/*.md")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		title, text, ok := strings.Cut(string(data), "\n")
		if title, ok = strings.CutPrefix(title, "# "); !ok {
			return nil, fmt.Errorf("%s: its first line is no title", name)
		}
		_, id, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".md"), "-")
		m.Topics = append(m.Topics, topic{id, strings.TrimSpace(title), strings.TrimSpace(text)})
	}
	data, err := fs.ReadFile(files, "help/"+lang+"/glossary.json")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &m.Terms); err != nil {
		return nil, fmt.Errorf("help/%s/glossary.json: %w", lang, err)
	}
	slices.SortFunc(m.Terms, func(a, b term) int { return cmp.Compare(fold(a.Term), fold(b.Term)) })
	return m, nil
}

// finding is an answer to a search.
type finding struct {
	// Kind is topic, term or lesson.
	Kind, Title, Href, Trend string
	// Before, Match and After are the place where it was found.
	Before, Match, After string
	score                int
}

// source is something that can be found.
type source struct {
	finding
	text string
}

// search returns what has all words of query, the best first: a word in a title
// counts more than one in a text.
func search(query string, sources []source, limit int) []finding {
	words := strings.Fields(fold(query))
	if len(words) == 0 {
		return nil
	}
	var out []finding
	for _, s := range sources {
		title, text := fold(s.Title), fold(s.text)
		score := 0
		for _, word := range words {
			inTitle, inText := strings.Count(title, word), strings.Count(text, word)
			if inTitle+inText == 0 {
				score = 0
				break
			}
			score += 20*inTitle + min(inText, 5)
			if strings.HasPrefix(title, word) {
				score += 10
			}
		}
		if score == 0 {
			continue
		}
		f := s.finding
		f.score = score
		f.Before, f.Match, f.After = excerpt(s.text, words)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b finding) int { return cmp.Compare(b.score, a.score) })
	return out[:min(limit, len(out))]
}

// excerpt returns the place of the first of words in text, with some of what is
// around it. Without one it returns how the text begins.
func excerpt(text string, words []string) (before, match, after string) {
	const around = 70
	plain := []rune(strings.Join(strings.Fields(text), " "))
	low := []rune(fold(string(plain)))
	if len(low) != len(plain) { // a letter whose folding has another length
		return "", "", string(plain[:min(len(plain), 2*around)])
	}
	for _, word := range words {
		at := runeIndex(low, []rune(word))
		if at < 0 {
			continue
		}
		end := at + len([]rune(word))
		from, to := max(0, at-around), min(len(plain), end+around)
		before, match, after = string(plain[from:at]), string(plain[at:end]), string(plain[end:to])
		if from > 0 {
			before = "…" + before
		}
		if to < len(plain) {
			after += "…"
		}
		return before, match, after
	}
	if len(plain) > 2*around {
		return "", "", string(plain[:2*around]) + "…"
	}
	return "", "", string(plain)
}

func runeIndex(in, what []rune) int {
	for i := 0; i+len(what) <= len(in); i++ {
		if slices.Equal(in[i:i+len(what)], what) {
			return i
		}
	}
	return -1
}

// fold makes letters comparable: lower case, umlauts as their vowel.
func fold(text string) string {
	umlauts := map[rune]rune{'ä': 'a', 'ö': 'o', 'ü': 'u'}
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if plain, ok := umlauts[r]; ok {
			return plain
		}
		return r
	}, text)
}

// bare takes the marks of Markdown out of a text, for excerpts.
func bare(text string) string {
	return strings.NewReplacer("`", "", "**", "", "*", "", "#", "", "|", " ", "[", "", "](", " (", "---", "").Replace(text)
}
