package faults

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// written is the form in which a word is found in a text; empty: in none.
func written(text, word string) string {
	md, sha, sha2 := md5.Sum([]byte(word)), sha1.Sum([]byte(word)), sha256.Sum256([]byte(word))
	backwards := []byte(word)
	slices.Reverse(backwards)
	forms := map[string]string{
		"as it is": word, "in hex": hex.EncodeToString([]byte(word)), "in a URL": url.QueryEscape(word), "reversed": string(backwards),
		"as MD5": hex.EncodeToString(md[:]), "as SHA-1": hex.EncodeToString(sha[:]), "as SHA-256": hex.EncodeToString(sha2[:]),
		"as SHA-256 in base64": base64.RawStdEncoding.EncodeToString(sha2[:]),
	}
	for form, spelled := range forms {
		if strings.Contains(text, spelled) || strings.Contains(strings.ToLower(text), strings.ToLower(spelled)) {
			return form
		}
	}
	for shift := range 3 { // base64 depends on where in the text the word begins
		padded := strings.Repeat("x", shift) + word
		whole := len(padded) / 3 * 3
		spelled := base64.StdEncoding.EncodeToString([]byte(padded[:whole]))[(shift*8+5)/6:]
		if strings.Contains(text, spelled) {
			return "in base64"
		}
	}
	return ""
}

func TestTheSearchFindsAWordInEveryForm(t *testing.T) {
	const word = "CnryWord3x9"
	sha := sha256.Sum256([]byte(word))
	for form, text := range map[string]string{
		"plain": "a " + word + " b", "lower case": strings.ToLower(word), "hex": hex.EncodeToString([]byte("ab" + word + "c")),
		"sha-256": hex.EncodeToString(sha[:]), "base64": base64.StdEncoding.EncodeToString([]byte(word)),
		"base64, one in": base64.StdEncoding.EncodeToString([]byte("1" + word + "23")), "base64, two in": base64.URLEncoding.EncodeToString([]byte("12" + word)),
	} {
		if written(text, word) == "" {
			t.Errorf("not found: %s", form)
		}
	}
	if form := written("nothing of the kind", word); form != "" {
		t.Errorf("found %s where it is not", form)
	}
}
