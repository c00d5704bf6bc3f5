package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// languageFlag adds --lang to cmd.
func languageFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "lang", "", "language of the texts: de or en (default from LABBOX_LANG, LC_ALL, LANG)")
}

// language is the one that was chosen, else the environment's, else English.
func language(cmd *cobra.Command, chosen string) (string, error) {
	switch chosen {
	case "de", "en":
		return chosen, nil
	case "":
	default:
		return "", usageError(cmd, "--lang "+chosen+": only de and en are known")
	}
	for _, name := range []string{"LABBOX_LANG", "LC_ALL", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(strings.ToLower(value), "de") {
				return "de", nil
			}
			return "en", nil
		}
	}
	return "en", nil
}
