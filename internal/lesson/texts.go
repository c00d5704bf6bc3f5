package lesson

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// sectionTitles are the sections of a text, in their order, by language.
func sectionTitles(lang string) []string {
	if lang == "de" {
		return []string{"Ziel", "Theorie", "Beachte", "Nachbesprechung"}
	}
	return []string{"Goal", "Theory", "Notice", "Debrief"}
}

var (
	htmlRule    = regexp.MustCompile(`<[A-Za-z/!][^>]*>`)
	autolink    = regexp.MustCompile(`<https?://[^>]*>`)
	codeRule    = regexp.MustCompile("`[^`]*`")
	pictureRule = regexp.MustCompile(`!\[([^\]]*)\]\(([^)\s]*)\)`)
)

// parseSections splits de.md or en.md into its four sections, in their order.
func parseSections(file, lang, text string, problems *Problems) []string {
	titles, sections := sectionTitles(lang), []string{}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		title, isTitle := strings.CutPrefix(line, "## ")
		switch {
		case !fenced && isTitle && len(sections) < len(titles) && strings.TrimSpace(title) == titles[len(sections)]:
			sections = append(sections, "")
			continue
		case !fenced && isTitle:
			problems.add(file, i+1, "the section %q is not wanted here; the sections are %s, in this order", title, strings.Join(titles, ", "))
		case len(sections) == 0 && strings.TrimSpace(line) != "":
			problems.add(file, i+1, "there is text before the first section; it is %q", "## "+titles[0])
			return nil
		case !fenced && htmlRule.MatchString(autolink.ReplaceAllString(codeRule.ReplaceAllString(line, ""), "")):
			problems.add(file, i+1, "HTML is not allowed; write Markdown")
		}
		if n := len(sections); n > 0 {
			sections[n-1] += line + "\n"
		}
	}
	if n := len(sections); n < len(titles) {
		problems.add(file, 0, "the section %q is missing; the sections are %s, in this order", titles[n], strings.Join(titles, ", "))
	}
	for i, s := range sections {
		if sections[i] = strings.TrimSpace(s); sections[i] == "" {
			problems.add(file, 0, "the section %q is empty", titles[i])
		}
	}
	return sections
}

// readTexts reads both languages into the lesson.
func (l *loader) readTexts(lesson *Lesson) {
	both := map[string][]string{}
	for _, lang := range []string{"de", "en"} {
		file := lang + ".md"
		data, err := fs.ReadFile(lesson.Files, file)
		if err != nil {
			l.problems.add(l.file(lesson, file), 0, "the file is missing: %v", err)
			continue
		}
		both[lang] = parseSections(l.file(lesson, file), lang, string(data), &l.problems)
		l.checkPictures(lesson, file, string(data))
	}
	section := func(i int) (t lab.Text) {
		if i < len(both["de"]) {
			t.DE = both["de"][i]
		}
		if i < len(both["en"]) {
			t.EN = both["en"][i]
		}
		return t
	}
	lesson.Goal, lesson.Theory, lesson.Notice, lesson.Debrief = section(0), section(1), section(2), section(3)
}

// checkPictures: every picture is a file of the lesson and has an alternative text.
func (l *loader) checkPictures(lesson *Lesson, file, text string) {
	for i, line := range strings.Split(text, "\n") {
		for _, found := range pictureRule.FindAllStringSubmatch(codeRule.ReplaceAllString(line, ""), -1) {
			switch {
			case path.Ext(found[2]) != ".svg" || strings.Contains(found[2], "/"):
				l.problems.add(l.file(lesson, file), i+1, "picture %s: only SVG files in the lesson's own folder are shown", found[2])
			case !lesson.has(found[2]):
				l.problems.add(l.file(lesson, file), i+1, "picture %s: there is no such file", found[2])
			case strings.TrimSpace(found[1]) == "":
				l.problems.add(l.file(lesson, file), i+1, "picture %s has no alternative text: ![what it shows](%s)", found[2], found[2])
			}
		}
	}
}

var unsafeSVG = regexp.MustCompile(`(?i)<script|<foreignObject|\son[a-z]+\s*=|javascript:|(?:href|src)\s*=\s*["']\s*[^#"']|@import|url\(\s*["']?[^#)"']`)

// readPictures lists the SVG files of the folder; they can run and load nothing.
func (l *loader) readPictures(lesson *Lesson) {
	names, _ := fs.Glob(lesson.Files, "*.svg")
	lesson.Pictures = append([]string{}, names...)
	for _, name := range names {
		if bad := unsafeSVG.FindString(lesson.read(name)); bad != "" {
			l.problems.add(l.file(lesson, name), 0, "a picture may not have %q: no script, and nothing from elsewhere", bad)
		}
	}
}
