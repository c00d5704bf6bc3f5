package catalog

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/labbox/labbox/internal/idp/wire"
)

const (
	pageSize = 20
	maxPage  = 1000
)

// page is what a cursor carries: the query and where the page begins.
type page struct {
	Query  Query    `json:"q"`
	Offset int      `json:"o"`
	Limit  int      `json:"l"`
	Fields []string `json:"-"`
}

func (p page) cursor(offset int) string {
	p.Offset = offset
	data, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func parseCursor(text string) (page, error) {
	var p page
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err == nil && p.Query.Predicate != nil {
		err = checkPredicate(p.Query.Predicate, 0)
	}
	if err != nil || p.Offset < 0 || p.Limit < 1 || p.Limit > maxPage {
		return page{}, wire.Input("the cursor is not one of ours")
	}
	return p, nil
}

func (c *Catalog) getByQuery(w http.ResponseWriter, r *http.Request) {
	p, err := parsePage(r.URL.Query())
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	c.answerPage(w, p)
}

func parsePage(in url.Values) (page, error) {
	limit, err := number(in, "limit", pageSize)
	if err != nil {
		return page{}, wire.Input("%v", err)
	}
	if cursor := in.Get("cursor"); cursor != "" {
		p, err := parseCursor(cursor)
		if in.Get("limit") != "" {
			p.Limit = min(max(limit, 1), maxPage)
		}
		p.Fields = parseFields(in)
		return p, err
	}
	p := page{Limit: min(max(limit, 1), maxPage), Fields: parseFields(in)}
	if p.Offset, err = number(in, "offset", 0); err != nil {
		return page{}, wire.Input("%v", err)
	}
	p.Query.Filters = parseFilters(in["filter"])
	p.Query.Text = in.Get("fullTextFilterTerm")
	if fields := in.Get("fullTextFilterFields"); fields != "" {
		p.Query.TextIn = strings.Split(fields, ",")
	}
	p.Query.Order, err = parseOrder(in["orderField"])
	return p, err
}

func (c *Catalog) postByQuery(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Cursor     string   `json:"cursor"`
		Limit      int      `json:"limit"`
		Offset     int      `json:"offset"`
		Fields     []string `json:"fields"`
		Query      any      `json:"query"`
		OrderBy    any      `json:"orderBy"`
		FullText   fullText `json:"fullTextFilter"`
		OrderField []string `json:"orderField"`
	}
	err := wire.Read(w, r, &in)
	p := page{Offset: max(in.Offset, 0), Limit: in.Limit}
	if err == nil && in.Cursor != "" {
		p, err = parseCursor(in.Cursor)
	} else if err == nil {
		p.Query = Query{Predicate: in.Query, Text: in.FullText.Term, TextIn: in.FullText.Fields}
		if in.Query != nil {
			err = checkPredicate(in.Query, 0)
		}
		if err == nil {
			p.Query.Order, err = orderOf(in.OrderBy, in.OrderField)
		}
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	if p.Limit == 0 {
		p.Limit = pageSize
	}
	p.Limit, p.Fields = min(max(p.Limit, 1), maxPage), in.Fields
	c.answerPage(w, p)
}

type fullText struct {
	Term   string   `json:"term"`
	Fields []string `json:"fields"`
}

// orderOf reads orderBy: {field, order} or a list of them.
func orderOf(v any, params []string) ([]Order, error) {
	list, isList := v.([]any)
	if m, ok := v.(map[string]any); ok {
		list, isList = []any{m}, true
	}
	if v != nil && !isList {
		return nil, wire.Input(`orderBy is written as {"field": "metadata.name", "order": "asc"}, or a list of such`)
	}
	for _, item := range list {
		m, _ := item.(map[string]any)
		field, _ := m["field"].(string)
		order, _ := m["order"].(string)
		if order == "" {
			order = "asc"
		}
		params = append(params, field+","+order)
	}
	return parseOrder(params)
}

func (c *Catalog) answerPage(w http.ResponseWriter, p page) {
	found := c.view.Load().find(p.Query)
	info := map[string]any{}
	begin := min(p.Offset, len(found))
	end := min(begin+p.Limit, len(found))
	if end < len(found) {
		info["nextCursor"] = p.cursor(end)
	}
	if begin > 0 {
		info["prevCursor"] = p.cursor(max(begin-p.Limit, 0))
	}
	wire.JSON(w, http.StatusOK, map[string]any{"items": projected(found[begin:end], p.Fields), "totalItems": len(found), "pageInfo": info})
}
