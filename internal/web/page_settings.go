package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// settingsPage is what the settings page shows.
type settingsPage struct {
	look
	Languages, Themes         []string
	FontSmallest, FontLargest int
	// Saved says that the settings were stored just now.
	Saved bool
	// Kept says that they outlive the browser.
	Kept bool
}

func (s *Server) pageSettings(c echo.Context) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return err
	}
	return s.render(c, content{http.StatusOK, "settings", now, settingsPage{
		look: s.look(c.Request()), Languages: languages(), Themes: themes(), FontSmallest: fontSmallest, FontLargest: fontLargest,
		Saved: c.QueryParam("saved") == "1", Kept: s.opt.Memory != nil,
	}})
}

// formSettings stores all of the form, for the lab and for this browser.
func (s *Server) formSettings(c echo.Context) error {
	lang, theme, font := c.FormValue(prefLang), c.FormValue(prefTheme), c.FormValue(prefFont)
	reader := "0"
	if c.FormValue(prefReader) != "" {
		reader = "1"
	}
	if !isLanguage(lang) || !isTheme(theme) || font != strconv.Itoa(fontOf(font)) {
		return lab.Errorf(lab.CodeUsage, "choose from what the page offers", "the settings hold a value that cannot be")
	}
	for name, value := range map[string]string{prefLang: lang, prefTheme: theme, prefFont: font, prefReader: reader} {
		if err := s.prefer(c.Request().Context(), name, value); err != nil {
			return err
		}
		c.SetCookie(preferenceCookie(name, value))
	}
	return c.Redirect(http.StatusSeeOther, "/settings?saved=1")
}
