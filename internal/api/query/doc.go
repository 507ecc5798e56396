// Package query turns the parameters of the searches into canonical queries (docs/interface.md §3.1, §3.2), or names every
// offender at once with what would be right. What a value may look like is said here once, for drop-in routes too.
package query
