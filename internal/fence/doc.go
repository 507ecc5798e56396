// Package fence keeps the structure of the code (docs/architecture.md §2): which package may import which, and which library is
// allowed where. It also wants documents and comments to refer to what exists. A new edge is added to the
// tables in rules_test.go, with the reason.
package fence
