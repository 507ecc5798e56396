package fence

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link       = regexp.MustCompile(`\]\(([^)#]+)`)
	quotedPath = regexp.MustCompile("`((?:cmd|configs|deploy|docs|internal|loadtest|test|web)/[^` *…]*)`")
	makeTarget = regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)")
)

// Documents name files and targets; those exist.
func TestDocumentsNameWhatExists(t *testing.T) {
	root := filepath.Join("..", "..")
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	documents := []string{"README.md", "CHANGELOG.md"}
	for _, folder := range []string{"docs", "docs/decisions", "docs/typescript"} {
		more, err := filepath.Glob(filepath.Join(root, folder, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range more {
			documents = append(documents, filepath.Join(folder, filepath.Base(path)))
		}
	}
	for _, document := range documents {
		text, err := os.ReadFile(filepath.Join(root, document))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(m[1], "://") {
				wantFile(t, document, filepath.Join(root, filepath.Dir(document), m[1]))
			}
		}
		for _, m := range quotedPath.FindAllStringSubmatch(string(text), -1) {
			wantFile(t, document, filepath.Join(root, m[1]))
		}
		for _, m := range makeTarget.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s speaks of make %s, which is no target", document, m[1])
			}
		}
	}
}

func wantFile(t *testing.T, document, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s names what does not exist: %v", document, err)
	}
}
