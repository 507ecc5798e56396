package main

import (
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnAnswerIsReadAsFarAsPeopleRead(t *testing.T) {
	for _, tt := range []struct {
		name, text, complete string
		named                []string
	}{
		{"complete", `{"complete":true,"providers":{"9000000025":{"name":"B"},"9000000017":{}}}`, "true", []string{"9000000017", "9000000025"}},
		{"not complete", `{"complete":false,"providers":{}}`, "false", nil},
		{"from Care Options", `{"slotsByVisitType":[{"a":1}],"providers":{"9000000017":{}},"departments":{}}`, "", []string{"9000000017"}},
		{"with a name that looks like it", `{"complete":true,"note":"\"providers\":{","providers":{"9000000017":{}}}`, "true", []string{"9000000017"}},
		{"nothing", `{}`, "", nil},
	} {
		for coding, body := range map[string][]byte{"": []byte(tt.text), "gzip": packed(t, tt.text)} {
			a, err := readAnswer(coding, body, true)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.named, slices.Sorted(maps.Keys(a.named))); d != "" || a.complete != tt.complete {
				t.Errorf("%s, coding %q: complete %q; named: %s", tt.name, coding, a.complete, d)
			}
		}
	}
}

func TestAnAnswerThatCannotBeReadIsAnError(t *testing.T) {
	for _, text := range []string{`{"complete":`, `{"complete":1}`, `{"providers":[]}`, `{"providers":{"9`} {
		if _, err := readAnswer("", []byte(text), true); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	if _, err := readAnswer("gzip", []byte("{}"), true); err == nil {
		t.Error("what is not packed is unpacked")
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add("", []byte(`{"complete":true,"providers":{"9000000017":{}}}`))
	f.Add("gzip", packed(f, `{"complete":false}`))
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		a, err := readAnswer(coding, body, true)
		if err == nil && a.complete != "" && a.complete != "true" && a.complete != "false" {
			t.Errorf("complete is %q", a.complete)
		}
	})
}
