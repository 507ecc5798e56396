package fence

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A reference names a place in a document of ours: "docs/NAME.md" with a section ("§4.1"), with an item of the numbered
// list below it ("§11.12", "§3 rule 2"), with a row of a table ("row 12", "rows 2, 4", "§2 E", "step 5"), or a place in
// a standard ("RFC 9111 §3.5"). Several places of one document may follow each other: "docs/NAME.md §7.1, §7.2".
// In Markdown a link to the document may stand for its name. Inside designs a bare § means the same file.

// designs are the documents whose own references need not name them.
var designs = []string{"docs/architecture.md", "docs/dexcare.md", "docs/faults.md", "docs/interface.md"}

// mention is whatever a reference is made of. What lies between two of them decides whether they belong together.
var mention = regexp.MustCompile(`\]\((?P<link>[^)\s#]+\.md)(?:#[^)]*)?\)` +
	`|(?P<name>\bdocs/[a-z0-9/-]+\.md)` +
	`|(?P<standard>\bRFC\s\d+|\bW3C Trace Context)` +
	`|§(?P<section>\d+(?:\.\d+)*)?(?:\s(?P<letter>[A-Z])\b)?` +
	`|\b(?P<kind>[Rr]ule|[Rr]ow|step)s?\s(?P<list>(?:\d+|[A-Z])\b(?:(?:,\s?|\s?–\s?|\sand\s|\sto\s)(?:\d+|[A-Z])\b)*)`)

var (
	joint   = regexp.MustCompile(`^(?:'s|’s)?[\s,(]*(?:(?:and|or|to)\s)?$`)
	margin  = regexp.MustCompile(`\n[ \t]*(?://+|#+|\*+)?[ \t]*`)
	heading = regexp.MustCompile(`^#+ (?:(\d+(?:\.\d+)*)\.? )?`)
	item    = regexp.MustCompile(`^(\d+)\. `)
	row     = regexp.MustCompile(`^\| *(\d+|[A-Z]) *\|`)
	span    = regexp.MustCompile(`(\d+|[A-Z])(?:(?:\s?–\s?|\sto\s)(\d+))?`)
)

// outline is what can be referred to in a document. Lists and tables before the first section are of section "".
type outline struct {
	sections    map[string]bool
	items, rows map[string]map[string]bool // by section
}

func outlineOf(text string) outline {
	o := outline{map[string]bool{"": true}, map[string]map[string]bool{}, map[string]map[string]bool{}}
	section, code := "", false
	note := func(places map[string]map[string]bool, id string) {
		if places[section] == nil {
			places[section] = map[string]bool{}
		}
		places[section][id] = true
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if code {
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			section = m[1]
			if section == "" && !strings.HasPrefix(line, "# ") {
				section = "unnumbered"
			}
			o.sections[section] = true
		}
		if m := item.FindStringSubmatch(line); m != nil {
			note(o.items, m[1])
		}
		if m := row.FindStringSubmatch(line); m != nil {
			note(o.rows, m[1])
		}
	}
	return o
}

// hasSection is for "4.1", and for "11.12", which may be an item of the list in section 11.
func (o outline) hasSection(number string) bool {
	if o.sections[number] {
		return true
	}
	dot := strings.LastIndexByte(number, '.')
	return dot > 0 && o.items[number[:dot]][number[dot+1:]]
}

// has reports whether a rule, row or step exists: in the section named, or without one anywhere in the document.
func (o outline) has(kind, section, id string) bool {
	places := o.rows
	if kind == "rule" {
		places = o.items
	}
	if section != "" || kind == "rule" {
		return places[section][id]
	}
	for _, ids := range places {
		if ids[id] {
			return true
		}
	}
	return false
}

// place is where a text is, while its references are read.
type place struct {
	document string // slash-separated, from the root; empty: none was named
	outside  bool   // a standard
	section  string
}

// wrongReferences lists what a text refers to in vain, each with its line. Documents are by their name from the root.
func wrongReferences(file, text string, documents map[string]outline) (wrong []string) {
	text = margin.ReplaceAllString(text, "\n")
	own := place{}
	if slices.Contains(designs, file) {
		own.document = file
	}
	at, end := own, 0
	for _, m := range mention.FindAllStringSubmatchIndex(text, -1) {
		part := func(name string) string {
			if i := 2 * mention.SubexpIndex(name); m[i] >= 0 {
				return text[m[i]:m[i+1]]
			}
			return ""
		}
		if !joint.MatchString(text[end:m[0]]) {
			at = own
		}
		end = m[1]
		complain := func(format string, args ...any) {
			line := 1 + strings.Count(text[:m[0]], "\n")
			wrong = append(wrong, fmt.Sprintf("%s:%d: ", file, line)+fmt.Sprintf(format, args...))
		}
		switch {
		case part("standard") != "":
			at = place{outside: true}
		case part("link") != "":
			at = place{document: path.Join(path.Dir(file), part("link"))}
		case part("name") != "":
			at = place{document: part("name")}
			if _, ok := documents[at.document]; !ok {
				complain("%s does not exist", at.document)
			}
		case part("kind") != "":
			at.checkList(strings.ToLower(part("kind")), part("list"), documents, complain)
		default:
			at.section = part("section")
			at.checkSection(part("letter"), documents, complain)
		}
	}
	return wrong
}

func (p place) checkSection(letter string, documents map[string]outline, complain func(string, ...any)) {
	o, known := documents[p.document]
	switch {
	case p.section == "":
		complain("§ without a number")
	case p.outside:
	case p.document == "":
		complain("§%s of which document?", p.section)
	case !known:
		complain("§%s of %s, which does not exist", p.section, p.document)
	case !o.hasSection(p.section):
		complain("%s has no §%s", p.document, p.section)
	case letter != "" && o.rows[p.section]["A"] && !o.rows[p.section][letter]:
		complain("%s §%s has no row %s", p.document, p.section, letter)
	}
}

// checkList is for "12", "2, 4, 7", "5 and 6", "11–15". Without a document the words may mean anything.
func (p place) checkList(kind, list string, documents map[string]outline, complain func(string, ...any)) {
	o, known := documents[p.document]
	if !known {
		return
	}
	for _, m := range span.FindAllStringSubmatch(list, -1) {
		ids := []string{m[1]}
		first, _ := strconv.Atoi(m[1])
		last, _ := strconv.Atoi(m[2])
		for n := first + 1; n <= last; n++ {
			ids = append(ids, strconv.Itoa(n))
		}
		for _, id := range ids {
			if !o.has(kind, p.section, id) {
				complain("%s has no %s %s %s", p.document, strings.TrimSpace("§"+p.section), kind, id)
			}
		}
	}
}

func TestEveryReferenceIsToSomethingThatExists(t *testing.T) {
	texts := textsOf(t, filepath.Join("..", ".."))
	documents := map[string]outline{}
	for file, text := range texts {
		if strings.HasPrefix(file, "docs/") && strings.HasSuffix(file, ".md") {
			documents[file] = outlineOf(text)
		}
	}
	for _, design := range designs {
		if len(documents[design].sections) < 3 {
			t.Errorf("%s was not read", design)
		}
	}
	found := 0
	for file, text := range texts {
		if file == "internal/fence/references_test.go" { // full of wrong ones
			continue
		}
		found += strings.Count(text, "§")
		for _, wrong := range wrongReferences(file, text, documents) {
			t.Error(wrong)
		}
	}
	if found < 300 {
		t.Errorf("only %d references were found: the repository was not read", found)
	}
}

// textsOf reads every text file below root, by its slash-separated name.
func textsOf(t *testing.T, root string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", ".tools", "bin", "node_modules"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content) {
			return err
		}
		relative, err := filepath.Rel(root, name)
		texts[filepath.ToSlash(relative)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestWrongReferencesAreFound(t *testing.T) {
	documents := map[string]outline{
		"docs/faults.md": outlineOf("# Faults\n\n1. one\n2. two\n\n## 1. Faults\n\n| # | fault |\n|--:|---|\n| 1 | a |\n| 2 | b |\n| 3 | c |\n\n" +
			"## 2. Attacks\n\n| A | x |\n| B | y |\n"),
		"docs/interface.md": outlineOf("# Interface\n\n## 1. Commands\n\n```\n## 9. none\n```\n\n### 1.1 `GET /v1`: all\n\n## 2. Rest\n\n1. first\n2. second\n\n## Known gaps\n\n1. gap\n"),
		"docs/other.md":     outlineOf("# Other\n"),
	}
	for text, want := range map[string]string{
		"// docs/interface.md §1":                         "",
		"// docs/interface.md §1.1.":                      "",
		"(docs/interface.md §1, §1.1)":                    "",
		"(docs/interface.md §1 and §2)":                   "",
		"// see docs/interface.md\n\t// §1.1, which":      "",
		"# docs/interface.md\n# §2":                       "",
		"docs/interface.md §2.2":                          "", // an item
		"docs/interface.md §2 rule 2":                     "",
		"docs/interface.md §1's commands":                 "",
		"docs/faults.md row 2":                            "",
		"docs/faults.md rows 1, 3":                        "",
		"docs/faults.md rows 1 and 3":                     "",
		"docs/faults.md rows 1–3":                         "",
		"docs/faults.md §1, row 3":                        "",
		"docs/faults.md row B":                            "",
		"docs/faults.md §2 B":                             "",
		"docs/faults.md rule 2":                           "",
		"(RFC 9111 §3.5)":                                 "",
		"(RFC 3986 §3.3, §3.4)":                           "",
		"W3C Trace Context §3.2.2.3":                      "",
		"in row 77 of the table, rule 8":                  "",
		"docs/interface.md §3":                            "docs/interface.md has no §3",
		"docs/interface.md §1, §1.2":                      "docs/interface.md has no §1.2",
		"docs/interface.md §9":                            "docs/interface.md has no §9", // inside code
		"docs/interface.md §2.3":                          "docs/interface.md has no §2.3",
		"docs/interface.md §2 rule 3":                     "docs/interface.md has no §2 rule 3",
		"docs/interface.md rule 1":                        "docs/interface.md has no",
		"docs/missing.md §1":                              "docs/missing.md does not exist",
		"docs/missing.md says":                            "docs/missing.md does not exist",
		"see §1":                                          "§1 of which document?",
		"(docs/interface.md §1) and of others (§1.1)":     "§1.1 of which document?",
		"docs/interface.md says much. §1":                 "§1 of which document?",
		"RFC 9111 says so, in our words §1":               "§1 of which document?",
		"docs/interface.md § 1":                           "§ without a number",
		"docs/faults.md row 4":                            "docs/faults.md has no",
		"docs/faults.md rows 1, 3, 5":                     "docs/faults.md has no",
		"docs/faults.md rows 2–4":                         "docs/faults.md has no",
		"docs/faults.md row C":                            "docs/faults.md has no",
		"docs/faults.md §2 C":                             "docs/faults.md §2 has no row C",
		"docs/faults.md §2, row 1":                        "docs/faults.md has no §2 row 1",
		"docs/faults.md §1, rule 1":                       "docs/faults.md has no §1 rule 1",
		"docs/faults.md rule 3":                           "docs/faults.md has no",
		"\n\n// docs/interface.md §3":                     "internal/x.go:3: ",
		"docs/other.md §1":                                "docs/other.md has no §1",
		"docs/interface.md §1\n\n// docs/interface.md §7": "internal/x.go:3: docs/interface.md has no §7",
	} {
		if got := strings.Join(wrongReferences("internal/x.go", text, documents), "\n"); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, tc := range []struct{ file, text, want string }{
		{"docs/interface.md", "see §1.1 and (§2)", ""},
		{"docs/interface.md", "see §3", "docs/interface.md has no §3"},
		{"docs/interface.md", "docs/faults.md §2, and here §1.1", ""},
		{"docs/faults.md", "* Rows 1, 3: gone", ""},
		{"docs/faults.md", "* Row 4: gone", "docs/faults.md has no"},
		{"docs/other.md", "see §1", "§1 of which document?"},
		{"docs/other.md", "see [commands](interface.md), §1.1", ""},
		{"docs/other.md", "see [commands](interface.md#x) §7", "docs/interface.md has no §7"},
		{"docs/decisions/0001.md", "see [commands](../interface.md) §1.1", ""},
		{"docs/decisions/0001.md", "see [commands](interface.md) §1.1", "§1.1 of docs/decisions/interface.md, which does not exist"},
		{"README.md", "see [commands](docs/interface.md) §7", "docs/interface.md has no §7"},
	} {
		if got := strings.Join(wrongReferences(tc.file, tc.text, documents), "\n"); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q: %q, want %q", tc.file, tc.text, got, tc.want)
		}
	}
}
