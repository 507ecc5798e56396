package main

import "testing"

// long skips what has nothing to do with calendars and takes its time; a sweep over many days runs without.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: not part of -short")
	}
}
