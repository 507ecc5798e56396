package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"
)

//go:embed page words
var embedded embed.FS

// File is part of the pages, under a name that changes with its content, so that browsers may keep it for ever.
type File struct {
	Path    string // from the root
	Type    string // media type
	Body    []byte // not to be changed
	KeepFor time.Duration
	Policy  string // Content-Security-Policy; empty: none
}

const (
	folder   = "/pages/"
	keepGood = 365 * 24 * time.Hour
)

// Folder is where the files are.
func (p *Pages) Folder() string { return folder }

// Files are what the pages are made of.
func (p *Pages) Files() []File {
	all := make([]File, len(files))
	for i, f := range files {
		all[i] = f.File
	}
	return all
}

// named is a file with the name that it has in the source.
type named struct {
	name string
	File
}

// modules are in the order of their imports: what is imported comes first, since its hash is part of its importer.
var modules = []string{
	"page.js", "when.js", "api.js", "dom.js", "list.js", "live.js", "alternatives.js", "book.js", "followed.js", "form.js", "calendar.js", "results.js",
	"flushot.js", "names.js", "find.js",
}

var files = loadFiles()

func loadFiles() []named {
	list := []named{load("style.css", "text/css; charset=utf-8", nil), load("icon.svg", "image/svg+xml", nil)}
	for _, name := range modules {
		list = append(list, load(name, "text/javascript; charset=utf-8", list))
	}
	return list
}

// load reads an embedded file; references to those before it become their hashed names.
func load(name, kind string, before []named) named {
	body, err := embedded.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it was embedded when this was built
	}
	for _, f := range before {
		body = bytes.ReplaceAll(body, []byte(`"./`+f.name+`"`), []byte(`"./`+path.Base(f.Path)+`"`))
	}
	sum := sha256.Sum256(body)
	suffix := path.Ext(name)
	at := folder + strings.TrimSuffix(name, suffix) + "." + hex.EncodeToString(sum[:6]) + suffix
	return named{name, File{Path: at, Type: kind, Body: body, KeepFor: keepGood}}
}

// hashed is where a file of the pages is found.
func hashed(name string) (string, error) {
	for _, f := range files {
		if f.name == name {
			return f.Path, nil
		}
	}
	return "", fmt.Errorf("web: no file %q", name)
}
