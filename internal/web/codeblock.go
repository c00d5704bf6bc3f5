package web

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// code shows text as it is, with a button that copies it; the lines of a diff are
// coloured.
func (p *prose) code(language, text string) template.HTML {
	text = strings.TrimRight(text, "\n")
	var body string
	if language == "diff" {
		body = diffLines(text)
	} else {
		body = html.EscapeString(text)
	}
	icon, err := p.assets.icon("copy")
	if err != nil {
		icon = ""
	}
	copyLabel := html.EscapeString(p.texts.text("copy"))
	return template.HTML(fmt.Sprintf( //nolint:gosec // all of it is escaped above
		`<div class="code"><pre tabindex="0"><code>%s</code></pre>`+
			`<button type="button" class="icon-button copy" data-copy="%s" data-done="%s" aria-label="%s" title="%s" hidden>%s</button></div>`+"\n",
		body, html.EscapeString(text), html.EscapeString(p.texts.text("copied")), copyLabel, copyLabel, icon))
}

func diffLines(text string) string {
	var out strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		class := ""
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			class = "file"
		case strings.HasPrefix(line, "+"):
			class = "plus"
		case strings.HasPrefix(line, "-"):
			class = "minus"
		case strings.HasPrefix(line, "@@"):
			class = "hunk"
		}
		if class == "" {
			out.WriteString(html.EscapeString(line))
		} else {
			fmt.Fprintf(&out, `<span class="diff-%s">%s</span>`, class, html.EscapeString(line))
		}
	}
	return out.String()
}

// codeSpans sets what stands between backticks as code; the rest is as it is. What was
// read from the systems is in such texts, so that they are not Markdown.
func codeSpans(text string) template.HTML {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !found || !closed {
			out.WriteString(html.EscapeString(text))
			return template.HTML(out.String()) //nolint:gosec // escaped
		}
		fmt.Fprintf(&out, "%s<code>%s</code>", html.EscapeString(before), html.EscapeString(code))
		text = after
	}
}
