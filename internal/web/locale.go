package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// languages are those the dashboard speaks; the first is the fallback.
func languages() []string { return []string{"en", "de"} }

// catalogue holds the texts of one language by key.
type catalogue struct {
	lang  string
	texts map[string]string
}

func loadCatalogue(files fs.FS, lang string) (*catalogue, error) {
	data, err := fs.ReadFile(files, "locales/"+lang+".json")
	if err != nil {
		return nil, err
	}
	c := &catalogue{lang: lang}
	if err := json.Unmarshal(data, &c.texts); err != nil {
		return nil, fmt.Errorf("locales/%s.json: %w", lang, err)
	}
	return c, nil
}

// text returns the text of key with {0}, {1}... replaced. A missing key shows, so
// that no test overlooks it.
func (c *catalogue) text(key string, args ...any) string {
	text, ok := c.texts[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", fmt.Sprint(arg))
	}
	return text
}

// textOr returns the text of key, or fallback when there is none.
func (c *catalogue) textOr(key, fallback string) string {
	if text, ok := c.texts[key]; ok {
		return text
	}
	return fallback
}

// names returns all texts whose keys begin with prefix, by the rest of the key, as
// JSON: scripts show names that come from elsewhere in the viewer's language.
func (c *catalogue) names(prefix string) (string, error) {
	out := map[string]string{}
	for key, text := range c.texts {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			out[rest] = text
		}
	}
	data, err := json.Marshal(out)
	return string(data), err
}

// acceptedLanguage goes by Accept-Language.
func acceptedLanguage(r *http.Request) string {
	best, weight := languages()[0], 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(value, 64)
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if isLanguage(primary) && q > weight {
			best, weight = primary, q
		}
	}
	return best
}

func isLanguage(s string) bool {
	for _, lang := range languages() {
		if s == lang {
			return true
		}
	}
	return false
}

// themes are the choices; "auto" follows the system.
func themes() []string { return []string{"auto", "light", "dark"} }

func isTheme(s string) bool {
	for _, theme := range themes() {
		if s == theme {
			return true
		}
	}
	return false
}

// preferences stores ?lang= and ?theme= in cookies and comes back without them.
func preferences(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		query := c.QueryParams()
		lang, theme := query.Get("lang"), query.Get("theme")
		if lang == "" && theme == "" {
			return next(c)
		}
		if isLanguage(lang) {
			c.SetCookie(preferenceCookie(prefLang, lang))
		}
		if isTheme(theme) {
			c.SetCookie(preferenceCookie(prefTheme, theme))
		}
		query.Del("lang")
		query.Del("theme")
		target := "/" + strings.TrimLeft(c.Request().URL.EscapedPath(), "/\\")
		if rest := query.Encode(); rest != "" {
			target += "?" + rest
		}
		return c.Redirect(http.StatusSeeOther, target)
	}
}

func preferenceCookie(name, value string) *http.Cookie {
	const year = 365 * 24 * 3600
	return &http.Cookie{Name: cookiePrefix + name, Value: value, Path: "/", MaxAge: year, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}
