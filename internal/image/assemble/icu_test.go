package assemble

import (
	"bytes"
	"strings"
	"testing"
)

// mustICU returns a package of the given items, in their order, with a header.
func mustICU(items ...icuItem) []byte {
	header := make([]byte, 32)
	header[0], header[2], header[3] = 32, 0xda, 0x27
	copy(header[12:], "CmnD")
	return append(header, packICU(items)...)
}

func TestTrimICUData(t *testing.T) {
	t.Parallel()
	pkg := mustICU(
		icuItem{"icudt72l/coll/de.res", []byte("german collation")},
		icuItem{"icudt72l/coll/zh.res", bytes.Repeat([]byte("z"), 100)},
		icuItem{"icudt72l/en.res", []byte("english, odd length")},
		icuItem{"icudt72l/zh.res", []byte("chinese")},
	)
	size := len(pkg)
	if err := trimICUData(pkg, expandBraces([]string{"{de,en}.res", "coll/de.res"})); err != nil {
		t.Fatal(err)
	}
	if len(pkg) != size {
		t.Errorf("the package has %d bytes, had %d", len(pkg), size)
	}
	_, items, err := readICU(pkg)
	if err != nil || len(items) != 2 {
		t.Fatalf("items %v, %v", items, err)
	}
	for i, want := range []icuItem{{"icudt72l/coll/de.res", []byte("german collation")}, {"icudt72l/en.res", []byte("english, odd length")}} {
		if items[i].name != want.name || !bytes.HasPrefix(items[i].data, want.data) {
			t.Errorf("item %d is %s %q", i, items[i].name, items[i].data)
		}
	}
	if bytes.Contains(pkg, []byte("chinese")) || bytes.Contains(pkg, []byte("zzz")) {
		t.Error("what was taken out is still there")
	}
}

func TestTrimICUDataRefuses(t *testing.T) {
	t.Parallel()
	good := mustICU(icuItem{"icudt72l/en.res", []byte("x")})
	cut := bytes.Clone(good)
	cut[32+4+4] = 0xff // the item's data is said to be far behind the end
	tests := []struct {
		name, want string
		pkg        []byte
		keep       []string
	}{
		{"another thing", "no package", []byte(strings.Repeat("x", 64)), []string{"*"}},
		{"too short", "no package", []byte("x"), []string{"*"}},
		{"nothing fits", "no pattern", bytes.Clone(good), []string{"fr.res"}},
		{"bad pattern", "pattern", bytes.Clone(good), []string{"["}},
		{"offset outside", "outside", cut, []string{"*"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := trimICUData(tt.pkg, tt.keep); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("trimICUData() = %v, want %q", err, tt.want)
			}
		})
	}
}
