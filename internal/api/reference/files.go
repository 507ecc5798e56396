package reference

import (
	"crypto/sha256"
	_ "embed" // the files
	"encoding/hex"
	"time"
)

var (
	//go:embed openapi.json
	openapi []byte
	//go:embed style.css
	style []byte
	//go:embed icon.svg
	icon []byte
)

// File is one resource, the same for everybody. Its bytes must not be changed.
type File struct {
	Path    string // from the root, for example "/docs"
	Type    string // media type
	Body    []byte
	KeepFor time.Duration // how long others may use it without asking
	Policy  string        // Content-Security-Policy; empty: none
}

// The paths that the files lie at. What lies below Folder has a name that changes with its content.
const (
	DocumentPath = "/openapi.json"
	PagePath     = "/docs"
	Folder       = "/docs/"
)

const (
	keepFresh = 5 * time.Minute
	keepGood  = 365 * 24 * time.Hour
)

// pagePolicy lets the page load its own files and nothing else: no script, style or image from elsewhere or inline.
const pagePolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Files are the document, the page, and what the page is made of.
func Files(words Words) ([]File, error) {
	openapi, err := words.in(openapi)
	if err != nil {
		return nil, err
	}
	d, err := read(openapi)
	if err != nil {
		return nil, err
	}
	css := hashed("style", ".css", style)
	svg := hashed("icon", ".svg", icon)
	shown, err := render(d, css, svg)
	if err != nil {
		return nil, err
	}
	return []File{
		{Path: DocumentPath, Type: "application/json", Body: openapi, KeepFor: keepFresh},
		{Path: PagePath, Type: "text/html; charset=utf-8", Body: shown, KeepFor: keepFresh, Policy: pagePolicy},
		{Path: css, Type: "text/css; charset=utf-8", Body: style, KeepFor: keepGood},
		{Path: svg, Type: "image/svg+xml", Body: icon, KeepFor: keepGood},
	}, nil
}

// hashed is the path of a file below Folder: another content, another path.
func hashed(name, suffix string, content []byte) string {
	sum := sha256.Sum256(content)
	return Folder + name + "." + hex.EncodeToString(sum[:6]) + suffix
}
