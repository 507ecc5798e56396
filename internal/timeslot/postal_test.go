package timeslot

import (
	"fmt"
	"strings"
	"testing"
)

func TestATableOfPostalCodes(t *testing.T) {
	for name, table := range map[string]string{
		"with a header":  "zip,latitude,longitude\n98101,47.61,-122.33\n02108,42.36,-71.06\n",
		"without":        "98101,47.61,-122.33\n02108,42.36,-71.06",
		"from a windows": "\ufeffZIP5,lat,lon\r\n98101, 47.61, -122.33\r\n02108,42.36,-71.06\r\n\r\n",
		"one code twice": "98101,47.61,-122.33\n02108,42.36,-71.06\n98101-0001,47.61,-122.33\n",
	} {
		codes, err := ParsePostalCodes(table)
		if err != nil || codes.Len() != 2 {
			t.Errorf("%s: %d codes, %v", name, codes.Len(), err)
			continue
		}
		for code, want := range map[string]Point{"98101": {47.61, -122.33}, "98101-1234": {47.61, -122.33}, "02108": {42.36, -71.06}} {
			if p, ok := codes.Find(code); !ok || p != want {
				t.Errorf("%s: %s is at %v, %v", name, code, p, ok)
			}
		}
		for _, code := range []string{"98102", "", "9810", "981011234", "2108"} {
			if p, ok := codes.Find(code); ok {
				t.Errorf("%s: %q is at %v", name, code, p)
			}
		}
	}
}

func TestABadTableNamesItsLine(t *testing.T) {
	for table, want := range map[string]string{
		"98101,47.61\n": "line 1 ",
		"zip,latitude,longitude\n98101,47.61,-122.33\nx,1,2": "line 3:",
		"98101,91,0":             "line 1:",
		"98101,NaN,0":            "line 1:",
		"98101,1,2\n98101,1,3":   "line 2: 98101 is in the table twice",
		"98101,1,2\n\"98102,1,2": "line 2 ",
		"9810,47.61,-122.33":     "line 1:", // a mistake, not a header
		"98101-abcd,1,2":         "line 1:",
		"zip,latitude,longitude": "no postal code",
		"\n":                     "no postal code",
	} {
		if _, err := ParsePostalCodes(table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", table, err, want)
		}
	}
}

func FuzzParsePostalCodes(f *testing.F) {
	f.Add("zip,latitude,longitude\n98101,47.61,-122.33\n")
	f.Add("98101-1234, 47.61 ,-122.33\r\n")
	f.Fuzz(func(t *testing.T, table string) {
		codes, err := ParsePostalCodes(table)
		if (err == nil) != (codes != nil) {
			t.Fatalf("%v and %v", codes, err)
		}
		for i := range codes.Len() {
			if p, ok := codes.Find(fmt.Sprintf("%05d", codes.codes[i])); !ok || p.Latitude < -90 || p.Latitude > 90 || p.Longitude < -180 || p.Longitude > 180 {
				t.Fatalf("%05d is at %v, %v", codes.codes[i], p, ok)
			}
		}
	})
}

// countrysTable has as many rows as the United States have postal codes.
func countrysTable() string {
	var table strings.Builder
	for i := range 42_000 {
		fmt.Fprintf(&table, "%05d,%d.5,%d.25\n", i*2, i%90, i%180)
	}
	return table.String()
}

func BenchmarkParsePostalCodes(b *testing.B) {
	table := countrysTable()
	b.SetBytes(int64(len(table)))
	b.ReportAllocs()
	for b.Loop() {
		codes, err := ParsePostalCodes(table)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(cap(codes.codes)*4+cap(codes.points)*16), "kept-bytes")
	}
}

func BenchmarkFindPostalCode(b *testing.B) {
	codes, err := ParsePostalCodes(countrysTable())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := codes.Find("41998-1234"); !ok {
			b.Fatal("not found")
		}
	}
}
