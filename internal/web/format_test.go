package web

import (
	"strings"
	"testing"

	"github.com/labbox/labbox/ui"
)

func mustCatalogue(t *testing.T, lang string) *catalogue {
	t.Helper()
	c, err := loadCatalogue(ui.FS(), lang)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	en, de := mustCatalogue(t, "en"), mustCatalogue(t, "de")
	for _, c := range []struct{ got, want string }{
		{en.figures(0), "0"}, {en.figures(0.97114), "0.971"}, {de.figures(0.97114), "0,971"}, {en.figures(97), "97"},
		{en.figures(18.25), "18.2"}, {en.figures(100), "100"}, {en.figures(0.0012345), "0.00123"}, {en.figures(-2.5), "-2.5"},
		{en.bytes(0), "0 B"}, {en.bytes(1023), "1023 B"}, {en.bytes(74 << 20), "74 MiB"}, {de.bytes(1503238553), "1,4 GiB"},
		{en.seconds(0.42), "0.4 s"}, {en.seconds(46.3), "46 s"}, {en.seconds(125), "2 min 05 s"}, {de.seconds(4.25), "4,2 s"},
		{en.scaled(0.0182, "J"), "18.2 mJ"}, {en.scaled(10368, "J"), "10.4 kJ"}, {de.scaled(1.9e-6, "gCO₂e"), "1,9 µgCO₂e"},
		{en.scaled(0, "W"), "0 W"}, {en.scaled(2e-9, "W"), "2 nW"}, {en.scaled(6.31, "W"), "6.31 W"},
		{en.quantity(0.0064, "seconds"), "6.4 ms"}, {de.quantity(0.25, "cores"), "0,25 Kerne"}, {en.quantity(1<<30, "bytes"), "1 GiB"},
		{en.count(0), "0"}, {en.count(1204), "1204"}, {en.count(16403), "16\u202f403"}, {de.count(1234567), "1\u202f234\u202f567"},
		{en.rate(0), "0"}, {de.rate(0.0001), "< 0,01"}, {en.rate(0.25), "0.25"}, {en.rate(0.999), "1"}, {en.rate(18.24), "18.2"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	facts := mustCatalogue(t, "de").evidence(map[string]any{
		"rateQuery": "up", "commit": "4f1c0de9b7a2", "accuracy": 0.9711, "p95Milliseconds": 11.25, "callGramsCO2e": 1.9e-6,
		"gridGramsPerKilowattHour": 380.0, "savedJoulesPerDay": 10368.0, "trainedNow": true, "someNewThing": "x y", "none": nil,
		"wrong": []any{map[string]any{"index": 3.0}}, "list": []any{"a", 2.0}, "nested": map[string]any{"commit": "1234567"},
	})
	var out strings.Builder
	for _, f := range facts {
		out.WriteString(f.Label + "=" + f.Value)
		if f.Code {
			out.WriteString(" code")
		}
		if f.Long {
			out.WriteString(" long")
		}
		out.WriteString("\n")
	}
	const want = `Commit=4f1c0de9b7a2 code
Genauigkeit=0,971
95 von 100 Aufrufen in=11,2 ms
ein Aufruf, CO₂e=1,9 µgCO₂e
gespart bei null, Energie=10,4 kJ/Tag
Stromnetz=380 gCO₂e/kWh
list=a, 2
nested · Commit=1234567 code
none=–
some new thing=x y
in diesem Lauf trainiert=ja
falsch gelesen=[{"index":3}]
rate query=up code long
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
