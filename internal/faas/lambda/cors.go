package lambda

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer sets the headers that browsers ask for, and answers their question before
// the request itself; true when that is all.
func (c *Cors) answer(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if c == nil || origin == "" {
		return false
	}
	question := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	h := w.Header()
	h.Add("Vary", "Origin")
	if slices.Contains(c.AllowOrigins, "*") || slices.Contains(c.AllowOrigins, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		list := func(name string, values []string) {
			if len(values) > 0 {
				h.Set(name, strings.Join(values, ","))
			}
		}
		list("Access-Control-Expose-Headers", c.ExposeHeaders)
		if c.AllowCredentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		if question {
			list("Access-Control-Allow-Methods", c.AllowMethods)
			list("Access-Control-Allow-Headers", c.AllowHeaders)
			if c.MaxAge > 0 {
				h.Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
			}
		}
	}
	if question {
		w.WriteHeader(http.StatusOK)
	}
	return question
}
