package web

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// The names of preferences, in Memory and, with cookiePrefix, as cookies.
const (
	prefLang   = "lang"
	prefTheme  = "theme"
	prefFont   = "terminal_font"
	prefReader = "screen_reader"
	// prefFocus is the trend the learner wants to go deeper into.
	prefFocus = "focus"
	// prefName is how the report calls the learner.
	prefName = "name"

	cookiePrefix = "labbox_"
)

// memoryAge is how old preferences may be that are used.
const memoryAge = 5 * time.Second

// The sizes of the terminal's letters, in pixels.
const (
	fontSmallest = 10
	fontUsual    = 14
	fontLargest  = 24
)

// look is how a viewer wants the pages. A cookie of this browser comes first, then
// what the settings page stored, then what the browser says by itself.
type look struct {
	Lang, Theme string
	// Font is the size of the terminal's letters in pixels.
	Font int
	// Reader says that the terminal is to speak to a screen reader.
	Reader bool
}

func (s *Server) look(r *http.Request) look {
	stored := s.preferences.load(r.Context())
	value := func(name string) string {
		if cookie, err := r.Cookie(cookiePrefix + name); err == nil {
			return cookie.Value
		}
		return stored[name]
	}
	out := look{Lang: value(prefLang), Theme: value(prefTheme), Font: fontOf(value(prefFont)), Reader: value(prefReader) == "1"}
	if !isLanguage(out.Lang) {
		if out.Lang = stored[prefLang]; !isLanguage(out.Lang) {
			out.Lang = acceptedLanguage(r)
		}
	}
	if !isTheme(out.Theme) {
		out.Theme = themes()[0]
	}
	return out
}

func fontOf(text string) int {
	size, err := strconv.Atoi(text)
	if err != nil || size < fontSmallest || size > fontLargest {
		return fontUsual
	}
	return size
}

// newPreferences remembers what is stored for a moment; that it cannot be read only
// means that the usual holds.
func (s *Server) newPreferences() *memo[map[string]string] {
	return &memo[map[string]string]{age: memoryAge, get: func(ctx context.Context) map[string]string {
		if s.opt.Memory == nil {
			return nil
		}
		stored, err := s.opt.Memory.Preferences(ctx)
		if err != nil {
			s.opt.Log.Warn("preferences not read", "error", err)
			return nil
		}
		return maps.Clone(stored)
	}}
}

// prefer stores one choice.
func (s *Server) prefer(ctx context.Context, name, value string) error {
	if s.opt.Memory == nil {
		return nil
	}
	defer s.preferences.forget()
	return s.opt.Memory.SetPreference(ctx, name, value)
}
