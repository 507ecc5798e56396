package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const output = `goos: linux
pkg: timeslots/internal/fetch/decode
BenchmarkDecode/1000slots-2         	    2992	    400 ns/op	 756.44 MB/s	  219328 B/op	    20 allocs/op
BenchmarkDecode/1000slots-2         	    2992	    420 ns/op	 756.44 MB/s	  219328 B/op	    21 allocs/op
BenchmarkDecode/1000slots/encoding-json-2         	     650	   2000 ns/op	 160.53 MB/s
PASS
pkg: timeslots/internal/api
BenchmarkRespond-2   	     650	   250 ns/op	 2 B/op	 0 allocs/op
`

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// once measures nothing, and gives the same output each time.
func once(output string) measurer {
	return func(string, []limit) (map[string]result, time.Duration, error) { return parse(output), 0, nil }
}

var everything = judged{allocations: true, times: true}

func TestLimitsAreKeptOrNot(t *testing.T) {
	for limits, want := range map[string]string{
		"allocs internal/api Respond 0": "", "allocs internal/fetch/decode Decode/1000slots 20 # the best of all runs": "",
		"ratio internal/fetch/decode Decode/1000slots Decode/1000slots/encoding-json 0.25":             "",
		"# nothing\n\nratio internal/fetch/decode Decode/1000slots Decode/1000slots/encoding-json 0.1": "line 3: internal/fetch/decode Decode/1000slots: 0.2 of the time of",
		"allocs internal/fetch/decode Decode/1000slots 19":                                             "20 allocations, at most 19",
		"allocs internal/api Request 5":                                                                "Request of internal/api did not run",
		"ratio internal/api Respond Request 1":                                                         "Request of internal/api did not run",
		"allocs internal/fetch/decode Decode/1000slots/encoding-json 9":                                "run with -benchmem",
		"allocs internal/api Respond":                                                                  "line 1: want allocs", "allocs internal/api Respond few": "line 1: want allocs", "# only words": "limits nothing",
	} {
		var said bytes.Buffer
		err := check(file(t, "limits.txt", limits), everything, once(output), &said)
		if want == "" && (err != nil || said.Len() == 0) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", limits, err, want)
		}
	}
}

func TestAMeasurementThatFailsIsRepeatedBeforeItIsBelieved(t *testing.T) {
	limits := file(t, "limits.txt", "ratio internal/fetch/decode Decode/1000slots Decode/1000slots/encoding-json 0.25\nallocs internal/api Respond 0\n")
	slow := strings.ReplaceAll(output, " 400 ns/op", " 900 ns/op")
	slow = strings.ReplaceAll(slow, " 420 ns/op", " 900 ns/op")
	for bad, fails := range map[int]bool{0: false, 1: false, 2: false, 3: true} {
		asked := map[string]int{}
		measure := func(pkg string, of []limit) (map[string]result, time.Duration, error) {
			asked[pkg]++
			if asked[pkg] <= bad {
				return parse(slow), time.Second, nil
			}
			return parse(output), 0, nil
		}
		var said bytes.Buffer
		err := check(limits, everything, measure, &said)
		if (err != nil) != fails || asked["internal/fetch/decode"] != min(bad+1, tries) || asked["internal/api"] != 1 {
			t.Errorf("%d bad ones: %v after %v", bad, err, asked)
		}
		if got := strings.Count(said.String(), "timers of this machine were up to 1s late"); got != bad {
			t.Errorf("%d bad ones: said %d times what timers did:\n%s", bad, got, said.String())
		}
	}
}

func TestCountsAreJudgedWithoutTimes(t *testing.T) {
	limits := file(t, "limits.txt", "ratio internal/fetch/decode Decode/1000slots Decode/1000slots/encoding-json 0.01\nallocs internal/api Respond 0\n")
	var said bytes.Buffer
	if err := check(limits, judged{allocations: true}, once(output), &said); err != nil || strings.Count(said.String(), "\n") != 1 {
		t.Errorf("%v\n%s", err, said.String())
	}
}

func TestOnlyWhatIsLimitedRuns(t *testing.T) {
	list := []limit{{name: "Decode/1000slots", other: "Decode/1000slots/encoding-json"}, {name: "Skip/9"}, {name: "Decode"}}
	if got, want := pattern(list), "^Benchmark(Decode|Skip)$"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTablesComeBetweenTheMarks(t *testing.T) {
	const stat = "goos: linux\npkg: timeslots/internal/api\n,/tmp/b.txt,\n,sec/op,CI\nRespond/1238bytes-2,2.685e-07,1%\nWide-2,0.0123,2%\ngeomean,1,\n\n,/tmp/b.txt,\n,B/op,CI\nRespond/1238bytes-2,2,∞\n\n,/tmp/b.txt,\n,allocs/op,CI\nRespond/1238bytes-2,0,0%\n"
	document := file(t, "doc.md", "# Before\n"+beginMark+"old\n"+endMark+"After\n")
	for range 2 { // the second time changes nothing
		if err := run([]string{"tables", document, file(t, "stat.csv", stat)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	const want = "# Before\n" + beginMark + "\n`internal/api`\n\n| benchmark | time | bytes | allocations |\n| --- | --: | --: | --: |\n" +
		"| Respond/1238bytes | 270ns | 2 | 0 |\n| Wide | 12.3ms |  |  |\n\n" + endMark + "After\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := insert(file(t, "other.md", "no marks"), file(t, "stat.csv", stat)); err == nil {
		t.Error("a document without marks is written to")
	}
	if err := insert(document, file(t, "stat.csv", "nothing")); err == nil {
		t.Error("tables are made of nothing")
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"check"}, {"dance", "a", "b"}, {"check", "missing"}, {"count", "missing"}} {
		if err := run(args, nil); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
