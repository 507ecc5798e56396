//go:build race

package search

// raced: the race detector makes everything ten times as slow and as large.
const raced = true
