// Package fence keeps the shape of the house (docs/architecture.md §2): which package may import which, and which library is
// allowed where. It also wants documents and comments to refer to what exists. Whoever needs a new edge adds it to the
// tables in rules_test.go, with the reason.
package fence
