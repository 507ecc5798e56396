package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"timeslots/deploy/rendered"
)

// The program finds in the repository's files what it builds and asks.
func TestTheCompositionHasWhatIsBuiltAndAsked(t *testing.T) {
	c, err := readComposition("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.builds(), map[string]string{"timeslots": "", "timeslots-traffic": "traffic"}; !maps.Equal(got, want) {
		t.Errorf("builds %v, want %v", got, want)
	}
	asked := map[string]bool{}
	for _, at := range []string{
		c.at("aggregator-1", "8080"), c.at("aggregator-2", "8080"), c.at("aggregator-1", "9090"), c.at("prometheus", "9090"),
	} {
		if !strings.HasPrefix(at, "http://127.0.0.1:") || asked[at] {
			t.Errorf("asks %q", at)
		}
		asked[at] = true
	}
	if names := c.services(); len(names) != len(c.Services)-1 {
		t.Errorf("runs %v of %d services, want all but %s", names, len(c.Services), notToBeHad)
	}
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if !goImage.Match(text) {
		t.Errorf("the Dockerfile's build stage does not match %s", goImage)
	}
}

// What Podman is given is the rendered pod, and nothing that it would publish or look up.
func TestPodmanIsGivenThePodsAndTheirFiles(t *testing.T) {
	list, err := rendered.Overlay(t.Context(), filepath.Join("..", "kubernetes", "overlays", "prd"))
	if errors.Is(err, rendered.ErrNoKustomize) {
		t.Skip("Kustomize could not be fetched: the manifests were not rendered")
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{pods: []string{"a", "b"}}
	for kind, into := range map[string]*rendered.Object{"Deployment": &c.deployment, "ConfigMap": &c.config} {
		if *into, err = rendered.Only(list, kind); err != nil {
			t.Fatal(err)
		}
	}
	if c.probed, err = newProber(c.deployment); err != nil || c.probed.readiness.path != "/readyz" || c.probed.startup.failures != 30 {
		t.Errorf("%v, probes %+v", err, c.probed)
	}
	text, err := c.playable()
	if err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, one := range strings.Split(text, "---\n")[1:] {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(one), &o); err != nil {
			t.Fatal(err)
		}
		kinds += o["kind"].(string) + " "
		if o["kind"] != "Pod" {
			continue
		}
		pod := rendered.Object(o)
		if pod.At("spec", "containers", 0, "ports") != nil || pod.At("spec", "dnsConfig", "nameservers", 0) != "127.0.0.1" {
			t.Errorf("%s publishes ports, or looks names up", pod.At("metadata", "name"))
		}
		if pod.At("spec", "containers", 0, "securityContext", "readOnlyRootFilesystem") != true || pod.At("spec", "securityContext", "runAsUser") != 65532 {
			t.Errorf("%s is not the rendered pod", pod.At("metadata", "name"))
		}
	}
	if kinds != "ConfigMap Secret Pod Pod " {
		t.Errorf("gives %s", kinds)
	}
}
