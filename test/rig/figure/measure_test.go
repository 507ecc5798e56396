package figure

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAFigureIsJudgedByItsLimitAndWhatTheMachineAdded(t *testing.T) {
	for name, c := range map[string]struct {
		note   func(*Figures)
		missed bool
	}{
		"a time within":          {func(f *Figures) { f.Time("x", 60*time.Millisecond, 60*time.Millisecond, 1) }, false},
		"by the machine":         {func(f *Figures) { f.Time("x", 64*time.Millisecond, 60*time.Millisecond, 1) }, false},
		"a time beyond":          {func(f *Figures) { f.Time("x", 65*time.Millisecond, 60*time.Millisecond, 1) }, true},
		"beyond, at the median":  {func(f *Figures) { f.Time("x", 63*time.Millisecond, 60*time.Millisecond, 0) }, true},
		"a size within":          {func(f *Figures) { f.AtMost("x", 64, 64, "MiB") }, false},
		"a size beyond":          {func(f *Figures) { f.AtMost("x", 64.1, 64, "MiB") }, true},
		"one of several, beyond": {func(f *Figures) { f.AtMost("x", 65, 64, "MiB"); f.AtMost("y", 1, 64, "MiB") }, true},
	} {
		f := &Figures{machine: &Machine{lates: []time.Duration{0, 2 * time.Millisecond}}}
		c.note(f)
		if missed := len(f.missed) > 0; missed != c.missed || strings.Contains(f.String(), "beyond its limit") != c.missed {
			t.Errorf("%s: missed %q of\n%s", name, f.missed, f)
		}
	}
}

// toldStory says which story TestAToldStory tells, in a program of its own.
const toldStory = "FIGURE_TOLD_STORY"

func TestAToldStory(t *testing.T) {
	kind := os.Getenv(toldStory)
	if kind == "" {
		t.Skip("told by TestStoriesFailForWhatIsWrong")
	}
	told := 0
	Measure(t, func(t *testing.T, f *Figures) {
		told++
		switch {
		case kind == "always beyond", kind == "beyond twice" && told < 3:
			f.AtMost("a figure", 2, 1, "of them")
		case kind == "wrong":
			t.Error("wrong")
		}
	})
	t.Logf("told %d times", told)
}

func TestStoriesFailForWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		kind, full string
		fails      bool
		says       string
	}{
		{"always beyond", "1", true, "at each of 3 tries"},
		{"beyond twice", "1", false, "told 3 times"},
		{"wrong", "1", true, "told 1 times"},
		{"always beyond", "", false, "a figure: 2 of them, at most 1"},
		{"wrong", "", true, "wrong"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAToldStory$", "-test.v")
		cmd.Env = append(os.Environ(), toldStory+"="+c.kind, "FAULTS_FULL="+c.full)
		out, err := cmd.CombinedOutput()
		if (err != nil) != c.fails || !strings.Contains(string(out), c.says) {
			t.Errorf("%s, FAULTS_FULL=%q: %v, want %q in\n%s", c.kind, c.full, err, c.says, out)
		}
	}
}
