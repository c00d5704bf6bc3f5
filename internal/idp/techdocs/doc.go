// Package techdocs shows the documentation that lies beside the code: mkdocs.yml and
// the Markdown of docs/ become pages. Raw HTML in Markdown is left out, addresses that
// run something are too, and pages allow no script at all.
package techdocs
