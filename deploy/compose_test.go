package deploy

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"timeslots/test/rig"
)

// composition is as much of docker-compose.yml as these tests look at. They need no engine;
// `make containers` has one run it.
type composition struct {
	Services map[string]struct {
		Image       string
		Build       any
		Command     []string
		Ports       []string
		Volumes     []string
		Environment map[string]string
		DependsOn   []string `yaml:"depends_on"`
		ReadOnly    bool     `yaml:"read_only"`
	}
	Volumes map[string]any
}

func compose(t *testing.T) composition { return document[composition](t, "../docker-compose.yml") }

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// document reads a YAML file, or a JSON one.
func document[T any](t *testing.T, path string) (document T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, path)), &document); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return document
}

func TestTheCompositionIsWholeAndOpenToThisMachineOnly(t *testing.T) {
	c := compose(t)
	for _, want := range []string{"aggregator-1", "aggregator-2", "acme", "redis", "prometheus", "grafana", "traffic"} {
		if _, is := c.Services[want]; !is {
			t.Errorf("no %s", want)
		}
	}
	taken := map[string]string{}
	pinned := regexp.MustCompile(`:v?\d+\.\d+`)
	for name, s := range c.Services {
		for _, other := range s.DependsOn {
			if _, is := c.Services[other]; !is {
				t.Errorf("%s waits for %s, which there is not", name, other)
			}
		}
		for _, port := range s.Ports {
			outside := port[:strings.LastIndex(port, ":")]
			if !strings.HasPrefix(port, "127.0.0.1:") || taken[outside] != "" {
				t.Errorf("%s publishes %s (%s has it)", name, port, taken[outside])
			}
			taken[outside] = name
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			_, named := c.Volumes[from]
			if _, err := os.Stat(filepath.Join("..", from)); !named && err != nil {
				t.Errorf("%s mounts %s: %v", name, from, err)
			}
		}
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s runs %s, whatever that is today", name, s.Image)
		}
		if s.Build != nil && !s.ReadOnly {
			t.Errorf("%s may write into its image", name)
		}
	}
}

func TestReplicasOfTheCompositionStartWithWhatTheyAreGiven(t *testing.T) {
	c, image := compose(t), read(t, "../Dockerfile")
	for _, name := range []string{"aggregator-1", "aggregator-2"} {
		file, mounted, _ := strings.Cut(strings.Join(c.Services[name].Volumes, " "), ":")
		if mounted, _, _ = strings.Cut(mounted, ":"); !strings.Contains(image, fmt.Sprintf("%q", mounted)) {
			t.Errorf("%s mounts its configuration at %s, which the image does not read", name, mounted)
		}
		check := exec.CommandContext(t.Context(), rig.Binary(), "check", "--config", filepath.Join("..", file))
		for _, key := range slices.Sorted(maps.Keys(c.Services[name].Environment)) {
			check.Env = append(check.Env, key+"="+c.Services[name].Environment[key])
		}
		out, err := check.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "redis:6379") || !strings.Contains(string(out), "http://acme:8081") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestPrometheusScrapesTheReplicasOfTheComposition(t *testing.T) {
	var listening []string
	for name, s := range compose(t).Services {
		if _, port, err := net.SplitHostPort(s.Environment["AGGREGATOR_ADMIN_LISTEN"]); err == nil {
			listening = append(listening, fmt.Sprintf("%q", net.JoinHostPort(name, port)))
		}
	}
	slices.Sort(listening)
	scraped := regexp.MustCompile(`"[a-z0-9-]+:\d+"`).FindAllString(read(t, "prometheus/prometheus.yml"), -1)
	if slices.Sort(scraped); len(listening) != 2 || !slices.Equal(scraped, listening) {
		t.Errorf("Prometheus scrapes %v, the replicas listen at %v", scraped, listening)
	}
}

// The crowd's command line is one that the load tool takes: it then fails for want of a directory, not of sense.
func TestTheCrowdOfTheCompositionIsOneThatTheLoadToolKnows(t *testing.T) {
	crowd := compose(t).Services["traffic"].Command
	tool := exec.CommandContext(t.Context(), "go", append([]string{"run", "../loadtest"}, crowd...)...)
	out, err := tool.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "directory: ") || strings.Contains(string(out), "Usage:") {
		t.Errorf("%v\n%s", err, out)
	}
}
