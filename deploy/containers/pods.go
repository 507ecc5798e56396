package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"timeslots/deploy/rendered"
)

// cluster is what Podman can run of an overlay: its pods, with the ConfigMap and a Secret. There is no Service, no policy,
// no autoscaler.
type cluster struct {
	*engine
	overlay    string
	deployment rendered.Object
	config     rendered.Object
	pods       []string
	probed     prober
}

// podNetwork is one that this machine reaches.
const podNetwork = "timeslots_pods"

func podSteps(e *engine) (steps []step) {
	for _, overlay := range []string{"uat", "prd"} {
		c := &cluster{engine: e, overlay: overlay}
		steps = append(steps,
			step{overlay + ": Kustomize renders the manifests", 5 * time.Minute, c.render},
			step{overlay + ": the pods start", 2 * time.Minute, c.play},
			step{overlay + ": the pods pass their probes", 2 * time.Minute, c.probe},
			step{overlay + ": a pod ends as Kubernetes would have it", 2 * time.Minute, c.end},
		)
	}
	return steps
}

// render takes the pods' number from the autoscaler, which owns it.
func (c *cluster) render(ctx context.Context) (string, error) {
	list, err := rendered.Overlay(ctx, filepath.Join("deploy", "kubernetes", "overlays", c.overlay))
	if err != nil {
		return "", err
	}
	var scaler rendered.Object
	var wrong [3]error
	c.deployment, wrong[0] = rendered.Only(list, "Deployment")
	c.config, wrong[1] = rendered.Only(list, "ConfigMap")
	scaler, wrong[2] = rendered.Only(list, "HorizontalPodAutoscaler")
	if err := errors.Join(wrong[:]...); err != nil {
		return "", err
	}
	n, _ := scaler.At("spec", "minReplicas").(int)
	if n < 2 {
		return "", fmt.Errorf("wanted two replicas at least, the autoscaler has %v", scaler.At("spec", "minReplicas"))
	}
	for i := range n {
		c.pods = append(c.pods, fmt.Sprintf("timeslots-%s-%d", c.overlay, i+1))
	}
	c.probed, err = newProber(c.deployment)
	return fmt.Sprintf("%d objects, %d pods wanted", len(list), n), err
}

// play gives Podman the rendered pod, less what Podman 4 takes for something else (docs/deploy.md).
func (c *cluster) play(ctx context.Context) (string, error) {
	if err := c.clear(ctx); err != nil {
		return "", err
	}
	if _, err := c.podman(ctx, "network", "create", "--disable-dns", podNetwork); err != nil {
		return "", err
	}
	file := filepath.Join(c.dir, "pods.yaml")
	text, err := c.playable()
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", err
	}
	if _, err := c.podman(ctx, "kube", "play", "--network", podNetwork, file); err != nil {
		return "", err
	}
	return strings.Join(c.pods, ", "), nil
}

const secretsOfPods = "timeslots-secrets"

// playable changes the Deployment: its ports and probes are to be read before.
func (c *cluster) playable() (string, error) {
	data := map[string]string{}
	for _, name := range []string{"slots-key", "care-options-key", "booking-key", "admin-token", "redis-password"} {
		data[name] = "bm90aGluZw=="
	}
	objects := []any{c.config, map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": secretsOfPods}, "data": data}}
	spec, is := c.deployment.At("spec", "template", "spec").(map[string]any)
	if !is {
		return "", errors.New("the Deployment has no pod")
	}
	// The hosts in the overlays are not ours to ask: no name is looked up.
	spec["dnsConfig"] = map[string]any{"nameservers": []string{"127.0.0.1"}}
	for _, v := range spec["volumes"].([]any) {
		if secret, is := v.(map[string]any)["secret"].(map[string]any); is {
			secret["secretName"] = secretsOfPods // one of the ConfigMap's name would share its volume
			secret["optional"] = false           // Kubernetes' default; without it Podman 4 breaks
		}
	}
	for _, one := range spec["containers"].([]any) {
		container := one.(map[string]any)
		container["imagePullPolicy"] = "Never"
		// Podman 4 would publish every port to the world, and ask probes with a curl that the image has not.
		for _, key := range []string{"ports", "startupProbe", "livenessProbe", "readinessProbe"} {
			delete(container, key)
		}
	}
	for _, name := range c.pods {
		objects = append(objects, map[string]any{
			"apiVersion": "v1", "kind": "Pod", "spec": spec,
			"metadata": map[string]any{"name": name, "labels": c.deployment.At("spec", "template", "metadata", "labels")},
		})
	}
	var text strings.Builder
	for _, o := range objects {
		one, err := yaml.Marshal(o)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(&text, "---\n%s", one)
	}
	return text.String(), nil
}

// address is a pod's own, on the network of the pods.
func (c *cluster) address(ctx context.Context, pod string) (string, error) {
	infra, err := c.podman(ctx, "pod", "inspect", "--format", "{{.InfraContainerID}}", pod)
	if err != nil {
		return "", err
	}
	ip, err := c.podman(ctx, "container", "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", infra)
	if err == nil && ip == "" {
		err = fmt.Errorf("pod %s has no address", pod)
	}
	return ip, err
}

func (c *cluster) probe(ctx context.Context) (string, error) {
	var seen []string
	for _, pod := range c.pods {
		ip, err := c.address(ctx, pod)
		if err != nil {
			return "", err
		}
		tries, err := c.probed.started(ctx, ip)
		if err != nil {
			return "", fmt.Errorf("%s: %w", pod, err)
		}
		for _, p := range []probe{c.probed.readiness, c.probed.liveness} {
			if err := p.ask(ctx, ip); err != nil {
				return "", fmt.Errorf("%s: %w", pod, err)
			}
		}
		seen = append(seen, fmt.Sprintf("%s (start: probe %d of %d)", pod, tries, c.probed.startup.failures))
	}
	return strings.Join(seen, ", "), nil
}

// end has one pod stopped. It turns unready first and goes on answering while load balancers take notice; it lives until
// its end, which is its own and comes within the pod's grace period.
func (c *cluster) end(ctx context.Context) (string, error) {
	pod := c.pods[0]
	ip, err := c.address(ctx, pod)
	if err != nil {
		return "", err
	}
	public := fmt.Sprintf("http://%s:%d/openapi.json", ip, c.probed.ports["http"])
	if _, err := get(ctx, public); err != nil {
		return "", err
	}
	grace, _ := c.deployment.At("spec", "template", "spec", "terminationGracePeriodSeconds").(int)
	name := pod + "-aggregator"
	began, stopped := time.Now(), make(chan error, 1)
	go func() {
		_, err := c.podman(ctx, "stop", "--time", fmt.Sprint(grace), name)
		stopped <- err
	}()
	unready := until(ctx, 50*time.Millisecond, 4*time.Second, func(ctx context.Context) error {
		if c.probed.readiness.ask(ctx, ip) == nil {
			return fmt.Errorf("%s: wanted unready after it was told to end, came ready", pod)
		}
		return nil
	})
	_, answers := get(ctx, public)
	lives := c.probed.liveness.ask(ctx, ip)
	if err := errors.Join(unready, answers, lives, <-stopped); err != nil {
		return "", err
	}
	took := time.Since(began)
	code, err := c.podman(ctx, "container", "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", name)
	if err != nil || code != "exited 0" {
		return "", errors.Join(fmt.Errorf("%s: wanted exited 0, came %q", pod, code), err)
	}
	return fmt.Sprintf("unready first, still answering; exit code 0 after %.1f s of %d", took.Seconds(), grace), nil
}
