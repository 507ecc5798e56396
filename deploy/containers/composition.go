package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// composition is as much of docker-compose.yml as is needed to build and find what it runs.
type composition struct {
	Services map[string]struct {
		Image string
		Build build
		Ports []string
	}
}

// build is a folder, or a folder and a stage.
type build struct{ Context, Target string }

// UnmarshalYAML implements yaml.Unmarshaler.
func (b *build) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&b.Context)
	}
	type plain build
	return node.Decode((*plain)(b))
}

// notToBeHad is what no package of Debian has.
const notToBeHad = "grafana"

const project = "timeslots"

func readComposition(file string) (c composition, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return c, fmt.Errorf("run this at the root of the repository: %w", err)
	}
	return c, yaml.Unmarshal(text, &c)
}

// services are all that are run.
func (c composition) services() (names []string) {
	for name := range c.Services {
		if name != notToBeHad {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// builds gives the stage of the Dockerfile for each image that is built; empty is the last one.
func (c composition) builds() map[string]string {
	targets := map[string]string{}
	for _, s := range c.Services {
		if s.Build.Context != "" {
			targets[s.Image] = s.Build.Target
		}
	}
	return targets
}

// at is where a service's port answers on this machine.
func (c composition) at(service, port string) string {
	for _, published := range c.Services[service].Ports {
		if outside, is := strings.CutSuffix(published, ":"+port); is {
			return "http://" + outside
		}
	}
	return ""
}

// container is what podman-compose calls a service's only one.
func container(service string) string { return project + "_" + service + "_1" }
