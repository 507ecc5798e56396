package deploy

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"timeslots/deploy/rendered"
	"timeslots/test/rig/figure"
)

// overlay renders one, or skips where there is no Kustomize to do so, and under -short.
func overlay(t *testing.T, name string) []rendered.Object {
	t.Helper()
	figure.Long(t)
	list, err := rendered.Overlay(t.Context(), filepath.Join("kubernetes", "overlays", name))
	if errors.Is(err, rendered.ErrNoKustomize) {
		t.Skip("Kustomize could not be fetched: the manifests were not rendered")
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func only(t *testing.T, list []rendered.Object, kind string) rendered.Object {
	t.Helper()
	o, err := rendered.Only(list, kind)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

var overlays = []string{"uat", "prd"}

// Labels that are added to everything must not end up in a selector that means somebody else.
func TestTheRenderedPolicyLetsThePodsReachRedis(t *testing.T) {
	for _, name := range overlays {
		policy := only(t, overlay(t, name), "NetworkPolicy")
		egress, _ := policy.At("spec", "egress").([]any)
		ways := 0
		for i := range egress {
			if policy.At("spec", "egress", i, "ports", 0, "port") != 6379 {
				continue
			}
			ways++
			labels, _ := policy.At("spec", "egress", i, "to", 0, "podSelector", "matchLabels").(map[string]any)
			if !maps.Equal(labels, map[string]any{"app.kubernetes.io/name": "redis"}) {
				t.Errorf("%s: port 6379 is open to pods with %v, want Redis'", name, labels)
			}
		}
		if ways != 1 {
			t.Errorf("%s: %d ways out to port 6379, want one", name, ways)
		}
	}
}

// Where an autoscaler says how many pods there are, a Deployment that says so too takes them away at every apply.
func TestOnlyTheAutoscalerSaysHowManyPodsThereAre(t *testing.T) {
	for _, name := range overlays {
		list := overlay(t, name)
		scaler, deployment := only(t, list, "HorizontalPodAutoscaler"), only(t, list, "Deployment")
		if scaler.At("spec", "scaleTargetRef", "name") != deployment.At("metadata", "name") {
			t.Errorf("%s: the autoscaler scales %v", name, scaler.At("spec", "scaleTargetRef", "name"))
		}
		if count := deployment.At("spec", "replicas"); count != nil {
			t.Errorf("%s: the Deployment wants %v replicas, whatever the autoscaler says", name, count)
		}
	}
}

// Everything that is to select the pods does.
func TestRenderedSelectorsMeanThePods(t *testing.T) {
	for _, name := range overlays {
		list := overlay(t, name)
		deployment := only(t, list, "Deployment")
		pod, _ := deployment.At("spec", "template", "metadata", "labels").(map[string]any)
		selectors := map[string]any{
			"Deployment": deployment.At("spec", "selector", "matchLabels"),
			"spread":     deployment.At("spec", "template", "spec", "topologySpreadConstraints", 0, "labelSelector", "matchLabels"),
			"budget":     only(t, list, "PodDisruptionBudget").At("spec", "selector", "matchLabels"),
			"policy":     only(t, list, "NetworkPolicy").At("spec", "podSelector", "matchLabels"),
		}
		services := 0
		for _, o := range list {
			if o["kind"] == "Service" {
				services++
				selectors["Service "+o.At("metadata", "name").(string)] = o.At("spec", "selector")
			}
		}
		if services != 2 {
			t.Errorf("%s: %d Services, want two", name, services)
		}
		for who, selector := range selectors {
			labels, _ := selector.(map[string]any)
			if len(labels) == 0 {
				t.Errorf("%s: %s selects by nothing", name, who)
			}
			for key, value := range labels {
				if pod[key] != value {
					t.Errorf("%s: %s wants %s %v, the pods have %v", name, who, key, value, pod[key])
				}
			}
		}
	}
}

// What the configuration may name, the policy lets through: Redis, a collector of traces, upstream over HTTPS.
func TestThePolicyLetsPodsReachWhatTheConfigurationNames(t *testing.T) {
	for _, name := range overlays {
		rules, _ := only(t, overlay(t, name), "NetworkPolicy").At("spec", "egress").([]any)
		open := map[any]bool{}
		for _, rule := range rules {
			r, _ := rule.(map[string]any)
			ports, _ := r["ports"].([]any)
			for _, port := range ports {
				p, _ := port.(map[string]any)
				open[fmt.Sprint(p["port"])] = true
			}
		}
		for _, port := range []string{"53", "443", "4318", "6379"} {
			if !open[port] {
				t.Errorf("%s: port %s is closed", name, port)
			}
		}
	}
}
