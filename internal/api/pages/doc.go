// Package pages has what people look at: the patients' pages, which ask the service what a script of theirs would, and files
// that are the same for everybody. Both are kept in the content codings that browsers ask for.
package pages
