package build

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// step is one instruction of a Dockerfile, variables replaced.
type step struct {
	line  int
	word  string
	args  []string
	pairs map[string]string // ENV, LABEL, ARG
	order []string          // keys of pairs as they came
}

var variable = regexp.MustCompile(`\\\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:[-+])([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// parseDockerfile reads instructions; args are given values of ARG.
func parseDockerfile(text string, args map[string]string) ([]step, error) {
	var steps []step
	vars := map[string]string{}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		first := i + 1
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) {
			i++
			if next := strings.TrimSpace(lines[i]); !strings.HasPrefix(next, "#") {
				line = strings.TrimSuffix(line, "\\") + " " + next
			}
		}
		s, err := parseStep(line, vars, args)
		if err != nil {
			return nil, lab.Errorf(lab.CodeUsage, "", "Dockerfile line %d: %w", first, err)
		}
		s.line = first
		steps = append(steps, s)
	}
	return steps, nil
}

func parseStep(line string, vars, args map[string]string) (step, error) {
	word, rest, _ := strings.Cut(line, " ")
	s := step{word: strings.ToUpper(word)}
	rest = strings.TrimSpace(rest)
	if s.word == "RUN" || s.word == "HEALTHCHECK" || s.word == "ONBUILD" {
		return s, nil // not followed, so not read either
	}
	if rest == "" {
		return s, fmt.Errorf("%s says nothing", s.word)
	}
	switch s.word {
	case "ENTRYPOINT", "CMD":
		return s, s.readCommand(rest)
	}
	words, err := splitWords(expand(rest, vars))
	if err != nil {
		return s, err
	}
	s.args = words
	switch s.word {
	case "ENV", "LABEL":
		err = s.readPairs(words)
		for k, v := range s.pairs {
			if s.word == "ENV" {
				vars[k] = v
			}
		}
	case "ARG":
		for _, w := range words {
			name, value, _ := strings.Cut(w, "=")
			if given, ok := args[name]; ok {
				value = given
			}
			vars[name] = value
		}
	case "COPY", "ADD":
		if strings.HasPrefix(rest, "[") {
			s.args = nil
			err = json.Unmarshal([]byte(expand(rest, vars)), &s.args)
		}
	}
	return s, err
}

// readCommand takes the JSON form as it is, and wraps the other one into a shell.
func (s *step) readCommand(rest string) error {
	if !strings.HasPrefix(rest, "[") {
		s.args = []string{"/bin/sh", "-c", rest}
		return nil
	}
	if err := json.Unmarshal([]byte(rest), &s.args); err != nil {
		return fmt.Errorf("%s: the list is no JSON: %w", s.word, err)
	}
	return nil
}

// readPairs reads a=b c=d, and the old form with one name and the rest as value.
func (s *step) readPairs(words []string) error {
	s.pairs = map[string]string{}
	if !strings.Contains(words[0], "=") {
		if len(words) < 2 {
			return fmt.Errorf("%s %s has no value", s.word, words[0])
		}
		s.pairs[words[0]], s.order = strings.Join(words[1:], " "), words[:1]
		return nil
	}
	for _, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok || name == "" {
			return fmt.Errorf("%s: %q is not name=value", s.word, w)
		}
		s.pairs[name] = value
		s.order = append(s.order, name)
	}
	return nil
}

// expand replaces $NAME, ${NAME}, ${NAME:-otherwise} and ${NAME:+instead}.
func expand(text string, vars map[string]string) string {
	return variable.ReplaceAllStringFunc(text, func(found string) string {
		m := variable.FindStringSubmatch(found)
		if found == `\$` {
			return "$"
		}
		value := vars[m[1]+m[4]]
		switch {
		case m[2] == ":-" && value == "":
			return m[3]
		case m[2] == ":+":
			if value == "" {
				return ""
			}
			return m[3]
		}
		return value
	})
}

// splitWords cuts at blanks outside of quotes, and takes the quotes away.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, began := rune(0), false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, began = r, true
		case r == ' ' || r == '\t':
			if began || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			began = false
		default:
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is open in: %s", text)
	}
	if began || word.Len() > 0 {
		words = append(words, word.String())
	}
	return words, nil
}
