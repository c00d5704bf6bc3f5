// Package site is the platform in the browser: pages made on the server, in German and
// English, that need no script.
package site
