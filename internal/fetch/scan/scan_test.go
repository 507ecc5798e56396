package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// all takes a whole document.
func all(b []byte) error {
	s := New(b)
	if err := s.Skip(); err != nil {
		return err
	}
	return s.End()
}

var documents = []string{
	`{}`, `[]`, ` [ ] `, `{"a":1}`, `{"a":{"b":[1,2,{"c":null}]},"d":"e"}`, "\t[true,false,null]\r\n", `"x"`, `0`, `-0`, `10.50`, `1e9`, `-1.5E-7`,
	`"\u00e9\n\"\\"`, `"eight by"`, `"exactly8"`, `"longer than eight bytes, and a \" in it"`, `"Ä, ö und 漢字"`, `{"":""}`, `[[[[]]]]`, `{"a":"b","a":"c"}`,
	`"\ud83d\ude00"`, `"\/"`, "\"\x7f\"",
	``, ` `, `{`, `[`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a" 1}`, `{a:1}`, `{1:2}`, `"`, `"\`, `"\x"`, `"\u12"`, "\"a\nb\"", "\"a\x00b\"",
	`01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `--1`, `tru`, `truex`, `nul`, `NaN`, `1 1`, `{} {}`, `[]]`, `}`, `'a'`, "\"12345678\n", "\"1234567\\", `"1234567\"`, `{"a":1}x`,
}

func TestWhatIsValidIsWhatTheStandardLibrarySays(t *testing.T) {
	for _, document := range documents {
		if err := all([]byte(document)); (err == nil) != json.Valid([]byte(document)) {
			t.Errorf("%q: %v", document, err)
		}
	}
}

func TestTextsSayWhatTheyMean(t *testing.T) {
	for _, document := range documents {
		var want string
		if json.Unmarshal([]byte(document), &want) != nil || document[0] != '"' {
			continue
		}
		if got, err := New([]byte(document)).Text(); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", document, got, err)
		}
	}
}

func TestPlainBytesEndWhereverASpecialOneLies(t *testing.T) {
	for length := range 40 {
		for _, special := range []byte{'"', '\\', 0, 0x1f, '\n'} {
			for at := range length {
				b := bytes.Repeat([]byte{'a'}, length)
				b[at] = special
				if got := plain(b, 0); got != at {
					t.Fatalf("%q: %d, want %d", b, got, at)
				}
			}
		}
		for _, ordinary := range []byte{'!', '#', '[', ']', ' ', 0x7f, 0x80, 0xa2, 0xdc, 0xff} {
			if b := bytes.Repeat([]byte{ordinary}, length); plain(b, 0) != length {
				t.Fatalf("%q ends at %d", b, plain(b, 0))
			}
		}
	}
}

func TestAVisitSeesEveryFieldAndElementInOrder(t *testing.T) {
	var seen []string
	var visit func(*Scanner, string) error
	visit = func(s *Scanner, path string) error {
		switch s.Next() {
		case Object:
			return s.Object(func(s *Scanner, key []byte) error { return visit(s, path+"."+string(key)) })
		case Array:
			i := -1
			return s.Array(func(s *Scanner) error { i++; return visit(s, fmt.Sprintf("%s[%d]", path, i)) })
		default:
			raw, err := s.Raw()
			seen = append(seen, path+"="+string(raw))
			return err
		}
	}
	if err := visit(New([]byte(`{"a" : [1, {"b\n" : true}, "x"],"c":null }`)), ""); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(seen, " "); got != ".a[0]=1 .a[1].b\n=true .a[2]=\"x\" .c=null" {
		t.Error(got)
	}
}

func TestErrorsOfVisitorsComeBack(t *testing.T) {
	stop := errors.New("enough")
	if err := New([]byte(`{"a":1}`)).Object(func(*Scanner, []byte) error { return stop }); err != stop {
		t.Error(err)
	}
	if err := New([]byte(`[1]`)).Array(func(*Scanner) error { return stop }); err != stop {
		t.Error(err)
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for document, want := range map[string]string{
		`{"a":1;}`: "at byte 6: ',' or '}' is wanted", `[1`: "the document ends where ',' or ']' is wanted", `{"a":tru}`: "at byte 5: true is wanted", `[] x`: "at byte 3: the end is wanted",
	} {
		if err := all([]byte(document)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", document, err, want)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if err := all(deep(MaxDepth)); err != nil {
		t.Error(err)
	}
	if err := all(deep(MaxDepth + 1)); !errors.Is(err, errDepth) {
		t.Errorf("%v", err)
	}
	side := []byte("[" + strings.Repeat("[],", 5000) + "[]]")
	if err := all(side); err != nil {
		t.Errorf("side by side: %v", err)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	document := []byte(`{"a":[{"duration":30,"slotDateTime":"2030-03-08T09:00:00-08:00"},null,true,"x"]}`)
	s := New(document)
	if n := testing.AllocsPerRun(100, func() {
		*s = Scanner{b: document}
		if err := s.Skip(); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzScan(f *testing.F) {
	for _, document := range documents {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		err := all(document)
		if errors.Is(err, errDepth) {
			return
		}
		if valid := json.Valid(document); valid != (err == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", document, err, valid)
		}
		if err == nil && New(document).Next() == String {
			var want string
			_ = json.Unmarshal(document, &want)
			if got, _ := New(document).Text(); string(bytes.ToValidUTF8(got, []byte("\ufffd"))) != want && bytes.Equal(got, bytes.ToValidUTF8(got, nil)) {
				t.Fatalf("%q says %q, want %q", document, got, want)
			}
		}
	})
}

func BenchmarkSkip(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		document := []byte("[" + strings.TrimSuffix(strings.Repeat(`{"duration":30,"slotDateTime":"2030-03-08T09:00:00-08:00"},`, n), ",") + "]")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			for b.Loop() {
				if err := all(document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
