package deploy

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"timeslots/test/rig"
)

// object is as much of a manifest as these tests look at.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       map[string]any
}

func objects(t *testing.T, path string) (list []object) {
	t.Helper()
	text := read(t, path)
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var o object
		err := d.Decode(&o)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil || o.APIVersion == "" || o.Kind == "" {
			t.Fatalf("%s: %v, %+v", path, err, o)
		}
		list = append(list, o)
	}
}

func TestManifestsAreComplete(t *testing.T) {
	base := map[string]object{}
	for _, path := range glob(t, "kubernetes/base/*.yaml") {
		for _, o := range objects(t, path) {
			base[o.Kind+" "+o.Metadata.Name] = o
		}
	}
	for _, want := range []string{
		"Deployment timeslots", "Service timeslots", "Service timeslots-admin", "PodDisruptionBudget timeslots",
		"HorizontalPodAutoscaler timeslots", "NetworkPolicy timeslots", "ServiceMonitor timeslots",
	} {
		if _, is := base[want]; !is {
			t.Errorf("no %s", want)
		}
	}
	kustomization := read(t, "kubernetes/base/kustomization.yaml")
	for _, path := range glob(t, "kubernetes/base/*.yaml") {
		if name := filepath.Base(path); name != "kustomization.yaml" && !strings.Contains(kustomization, name) {
			t.Errorf("%s is not part of the base", name)
		}
	}
	pod := base["Deployment timeslots"].Spec["template"].(map[string]any)["spec"].(map[string]any)
	container := pod["containers"].([]any)[0].(map[string]any)
	for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		if at := container[probe].(map[string]any)["httpGet"].(map[string]any); at["port"] != "admin" {
			t.Errorf("%s asks %v, not the admin port", probe, at["port"])
		}
	}
	if container["securityContext"].(map[string]any)["readOnlyRootFilesystem"] != true || pod["securityContext"].(map[string]any)["runAsNonRoot"] != true {
		t.Error("the container may write, or be root")
	}
	// What the process may take to leave by these configurations (docs/door.md): delay, then bookings with their time.
	if grace := time.Duration(pod["terminationGracePeriodSeconds"].(int)) * time.Second; grace < 5*time.Second+30*time.Second+5*time.Second {
		t.Errorf("%v to stop, bookings alone may take 35 s after a delay of 5", grace)
	}
}

// Every configuration that is delivered passes the service's own check, with the secrets that it names in place.
func TestConfigurationsPassTheCheck(t *testing.T) {
	secrets := t.TempDir()
	for _, name := range []string{"admin-token", "care-options-key", "slots-key", "booking-key", "redis-password"} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range append(glob(t, "kubernetes/overlays/*/aggregator.yaml"), "../configs/aggregator.yaml") {
		text := read(t, path)
		file := filepath.Join(t.TempDir(), "aggregator.yaml")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "/run/secrets/timeslots", secrets)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), rig.Binary(), "check", "--config", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}
