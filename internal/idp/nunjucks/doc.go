// Package nunjucks renders the templates of Backstage's scaffolder: a subset of
// Mozilla's Nunjucks with ${{ }} for expressions, and {% if %}, {% for %}, {% set %},
// {% raw %} and {# #}.
//
//	text ──► split into pieces ──► nodes ──► Render: text
//	                 "${{ x }}" alone  ──► Value: whatever x is, with its type
//
// It is our own because Jinja libraries for Go differ from Nunjucks where templates
// notice (===, null as nothing, numbers), turn every result into text, let templates
// call methods of Go values, and none bounds what a template may cost. Here a
// template sees JSON values only, and output, steps and depth have limits.
package nunjucks
