package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the Dockerfile builds is there for the engine to build: nothing of it is left out by .dockerignore.
func TestTheEngineIsGivenAllThatIsBuilt(t *testing.T) {
	text := read(t, "../Dockerfile")
	packages := regexp.MustCompile(`\./[a-z/]+`).FindAllString(regexp.MustCompile(`(?m)^RUN .*go build.*$`).FindString(text), -1)
	if len(packages) != 2 {
		t.Fatalf("the Dockerfile builds %q, want the service and the load tool", packages)
	}
	ignored := ignoredFiles(t)
	for _, file := range append(builtFrom(t, packages), "go.mod", "go.sum") {
		if pattern := ignored(file); pattern != "" {
			t.Errorf("%s is left out by %s", file, pattern)
		}
	}
	if ignored("deploy/doc.go") == "" || ignored("web/files_test.go") == "" || ignored(".git/config") == "" {
		t.Error("tests, manifests or history go to the engine")
	}
}

// builtFrom gives the files that packages of ours are made of, with those that are embedded.
func builtFrom(t *testing.T, packages []string) (files []string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps", "-json=Dir,Standard,GoFiles,EmbedFiles,Module"}, packages...)...)
	list.Dir, list.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir                 string
			Standard            bool
			GoFiles, EmbedFiles []string
			Module              struct{ Main bool }
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Standard || !p.Module.Main {
			continue
		}
		for _, name := range append(p.GoFiles, p.EmbedFiles...) {
			file, err := filepath.Rel(root, filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, filepath.ToSlash(file))
		}
	}
	if len(files) < 100 {
		t.Fatalf("%d files", len(files))
	}
	return files
}

// ignoredFiles gives the pattern of .dockerignore that leaves a file out: one that matches it, or a folder it is in. With
// **/ in front a pattern counts in every folder, without it at the top only.
func ignoredFiles(t *testing.T) func(file string) (pattern string) {
	t.Helper()
	text := read(t, "../.dockerignore")
	return func(file string) string {
		parts := strings.Split(file, "/")
		for pattern := range strings.Lines(text) {
			pattern = strings.TrimSpace(pattern)
			if pattern == "" || pattern[0] == '#' {
				continue
			}
			name, anywhere := strings.CutPrefix(strings.TrimSuffix(pattern, "/"), "**/")
			if strings.ContainsAny(name, "/!") {
				t.Fatalf("%s: a pattern that this test does not understand", pattern)
			}
			for i, part := range parts {
				if is, _ := path.Match(name, part); is && (anywhere || i == 0) {
					return pattern
				}
			}
		}
		return ""
	}
}
