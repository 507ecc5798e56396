package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"timeslots/internal/api/reference"
	"timeslots/internal/timeslot"

	"github.com/google/go-cmp/cmp"
)

func TestTheDocumentIsServedAsItIsKept(t *testing.T) {
	s := newStand(t, nil)
	want, err := os.ReadFile("reference/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	plain := s.get("/openapi.json")
	if diff := cmp.Diff(string(want), plain.Body.String()); diff != "" {
		t.Errorf("(-kept +served):\n%s", diff)
	}
	zipped := s.get("/openapi.json", "Accept-Encoding", "br;q=0.5, gzip")
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || string(got) != string(want) {
		t.Errorf("zipped: %d bytes, %v", len(got), err)
	}
	if p, z := plain.Header().Get("ETag"), zipped.Header().Get("ETag"); p == z || p == "" {
		t.Errorf("two codings share the tag %s", p)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"} {
		if got := plain.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestHeadOfAFileIsItsAnswerWithoutTheBody(t *testing.T) {
	s := newStand(t, nil)
	for _, path := range []string{"/openapi.json", "/docs"} {
		for _, coding := range []string{"identity", "gzip", "gzip;q=0"} {
			got := s.get(path, "Accept-Encoding", coding, "correlation-id", "c")
			w := s.do(http.MethodHead, path, "Accept-Encoding", coding, "correlation-id", "c")
			if diff := cmp.Diff(got.Header(), w.Header()); diff != "" || w.Body.Len() != 0 || w.Code != http.StatusOK {
				t.Errorf("%s, %s: %d, %d bytes, headers (-GET +HEAD):\n%s", path, coding, w.Code, w.Body.Len(), diff)
			}
		}
	}
}

var address = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)

// The policy of the page forbids what is inline or elsewhere, so the page must not need it.
func TestThePageNeedsNothingButItsOwnFiles(t *testing.T) {
	s := newStand(t, nil)
	w := s.get("/docs")
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %s", policy, want)
		}
	}
	text := w.Body.String()
	for _, inline := range []string{"<script", "<style", " style=", "javascript:", " onclick", "url(", "<img", "<iframe"} {
		if strings.Contains(text, inline) {
			t.Errorf("the page has %s", inline)
		}
	}
	files := 0
	for _, m := range address.FindAllStringSubmatch(text, -1) {
		switch target := m[1]; {
		case strings.HasPrefix(target, "#"):
			if !strings.Contains(text, ` id="`+target[1:]+`"`) {
				t.Errorf("%s leads nowhere", target)
			}
		case strings.HasPrefix(target, "/"):
			files++
			if f := s.get(target); f.Code != http.StatusOK {
				t.Errorf("%s: %d", target, f.Code)
			} else if strings.HasPrefix(target, "/docs/") && f.Header().Get("Cache-Control") != "public, max-age=31536000" {
				t.Errorf("%s: %s", target, f.Header().Get("Cache-Control"))
			}
		case target != "https://developers.dexcarehealth.com/api/":
			t.Errorf("the page leads to %s", target)
		}
	}
	if files < 3 {
		t.Errorf("only %d files", files)
	}
}

// TestTheDocumentIsWrittenForTheSurfacesAndProfilesThatThereAre: with their words in it, it is as it stands.
func TestTheDocumentIsWrittenForTheSurfacesAndProfilesThatThereAre(t *testing.T) {
	written, err := reference.Files(reference.Words{})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Surfaces: timeslot.DexCare()}
	served, err := reference.Files(o.words())
	if err != nil || !bytes.Equal(written[0].Body, served[0].Body) {
		t.Errorf("openapi.json does not say what there is (%v); it would have to be\n%s", err, served[0].Body)
	}
}
