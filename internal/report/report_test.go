package report

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	for name, in := range map[string]Input{"full": fullInput(), "empty": emptyInput()} {
		for _, lang := range []string{"de", "en"} {
			doc := mustCompose(t, lang, in)
			h, err := HTML(doc)
			if err != nil { t.Fatal(err) }
			p, err := PDF(doc)
			if err != nil { t.Fatal(err) }
			os.WriteFile(filepath.Join(dir, name+"-"+lang+".html"), h, 0o644)
			os.WriteFile(filepath.Join(dir, name+"-"+lang+".pdf"), p, 0o644)
		}
	}
}
