package config

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composeService is what the test reads of a service in docker-compose.yml.
type composeService struct {
	Environment map[string]string `yaml:"environment"`
	Volumes     []string          `yaml:"volumes"`
	Image       string            `yaml:"image"`
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(repository(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestComposeStartsReplicasThatLoadTheirConfiguration(t *testing.T) {
	var compose struct {
		Services map[string]composeService `yaml:"services"`
	}
	readYAML(t, "docker-compose.yml", &compose)
	dockerfile, err := os.ReadFile(repository("Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aggregator-1", "aggregator-2"} {
		service, ok := compose.Services[name]
		if !ok || len(service.Volumes) != 1 {
			t.Fatalf("service %s: %+v; want one that mounts its configuration", name, service)
		}
		mount := strings.Split(service.Volumes[0], ":")
		if !strings.Contains(string(dockerfile), `"`+mount[1]+`"`) {
			t.Errorf("%s mounts its configuration at %s, which the image does not read", name, mount[1])
		}
		var environ []string
		for key, value := range service.Environment {
			environ = append(environ, key+"="+value)
		}
		c, err := Load(repository(mount[0]), environ)
		if err != nil {
			t.Fatalf("%s does not load:\n%v", name, err)
		}
		host, _, _ := net.SplitHostPort(c.Cache.Redis.Addresses[0])
		if _, ok := compose.Services[host]; !ok {
			t.Errorf("%s looks for Redis at %s, which is no service", name, host)
		}
	}
}

func TestPrometheusScrapesTheReplicasOfCompose(t *testing.T) {
	var compose struct {
		Services map[string]composeService `yaml:"services"`
	}
	readYAML(t, "docker-compose.yml", &compose)
	var prometheus struct {
		Jobs []struct {
			Static []struct {
				Targets []string `yaml:"targets"`
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, "deploy/prometheus/prometheus.yml", &prometheus)
	want := []string{}
	for name, service := range compose.Services {
		if _, port, err := net.SplitHostPort(service.Environment["AGGREGATOR_ADMIN_LISTEN"]); err == nil {
			want = append(want, net.JoinHostPort(name, port))
		}
	}
	var got []string
	for _, job := range prometheus.Jobs {
		for _, static := range job.Static {
			got = append(got, static.Targets...)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) != 2 || !slices.Equal(want, got) {
		t.Errorf("prometheus scrapes %v, the replicas listen at %v", got, want)
	}
}
