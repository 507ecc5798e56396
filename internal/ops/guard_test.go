package ops

import (
	"strings"
	"testing"
)

// A token that can be guessed byte by byte would be no token: what is compared has one length, whatever was sent.
func TestTokensAreComparedAsDigests(t *testing.T) {
	for header, want := range map[string]bool{
		"Bearer secret": true, "Bearer ": false, "": false, "secret": false, "Bearer  secret": false, "Bearer secret ": false, "Bearer SECRET": false,
		"Bearer " + strings.Repeat("x", 10_000): false,
	} {
		if got := sameToken(header, "secret"); got != want {
			t.Errorf("%.40q: %v", header, got)
		}
	}
}
