package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// boxReport writes the report of the machine's lab.
func boxReport(t *testing.T, b *box) {
	dir := filepath.Join(b.root, "reports")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	testReport(t, b.labbox, "/reports", dir)
}

// TestBoxReport does the same on a lab that runs: LABBOX_TEST_LAB is its program.
func TestBoxReport(t *testing.T) {
	program := os.Getenv("LABBOX_TEST_LAB")
	if testing.Short() || program == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LAB names its program")
	}
	dir := t.TempDir()
	testReport(t, func(args ...string) (string, string, int) {
		cmd := exec.Command(program, args...)
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
	}, dir, dir)
}

// testReport asks the lab for its report as both kinds of files, into the directory
// inside as the lab's program sees it, and outside as the test does.
func testReport(t *testing.T, labbox asked, inside, outside string) {
	for lang, says := range map[string][]string{
		"de": {`<html lang="de">`, "Lerndokumentation", "Argo CD", "Was fehlt", "roadmap.sh/devops", "Deklarativ statt Skript", "gCO₂e/kWh"},
		"en": {`<html lang="en">`, "Learning documentation", "Argo CD", "What is missing", "roadmap.sh/devops", "Declared instead of scripted", "gCO₂e/kWh"},
	} {
		for format, wanted := range map[string][]string{"html": says, "pdf": {"%PDF-1.", "/Lang (" + lang + ")", "/Outlines", "%%EOF"}} {
			name := "report-" + lang + "." + format
			if out, errOut, code := labbox("report", "--lang", lang, "-o", filepath.Join(inside, name)); code != 0 || !strings.Contains(out, "written to") {
				t.Fatalf("labbox report: exit code %d\n%s%s", code, out, errOut)
			}
			data, err := os.ReadFile(filepath.Join(outside, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range wanted {
				if !strings.Contains(string(data), w) {
					t.Errorf("%s does not say %q", name, w)
				}
			}
			if strings.Contains(string(data), "⟦") || strings.Contains(string(data), "ZgotmplZ") {
				t.Errorf("%s lacks a text", name)
			}
		}
	}
	if _, errOut, code := labbox("report", "-o", filepath.Join(inside, "report.docx")); code != 2 {
		t.Errorf("another kind of file: exit code %d, %s", code, errOut)
	}
}
