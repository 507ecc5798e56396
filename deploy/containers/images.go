package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// buildStage is an image of the stage that compiles. It has a name so that what it compiled is kept between runs.
const buildStage = "timeslots-build"

func imageSteps(e *engine, c composition) []step {
	return []step{
		{"a Debian to make base images from", 10 * time.Minute, e.makeDebian},
		{"a stand-in for the Go image", 5 * time.Minute, e.makeGo},
		{"stand-ins for Redis and Prometheus", 2 * time.Minute, func(ctx context.Context) (string, error) {
			for _, kind := range []string{"redis", "prometheus"} {
				if err := e.makeBase(ctx, kind, c.Services[kind].Image, ""); err != nil {
					return "", err
				}
			}
			return c.Services["redis"].Image + ", " + c.Services["prometheus"].Image, nil
		}},
		{"images are built from the Dockerfile", 15 * time.Minute, func(ctx context.Context) (string, error) { return e.build(ctx, c.builds()) }},
	}
}

// build builds all images. Modules and certificates are this machine's, and so is the way to the module proxy; none of
// them becomes part of an image.
func (e *engine) build(ctx context.Context, targets map[string]string) (string, error) {
	env, err := e.run(ctx, "go", "env", "GOMODCACHE")
	if err != nil {
		return "", err
	}
	goEnv, compiled := filepath.Join(e.dir, "go.env"), filepath.Join(e.dir, "go-build")
	if err := errors.Join(e.writeGoEnv(ctx, goEnv), os.MkdirAll(compiled, 0o700), os.MkdirAll(env, 0o755)); err != nil {
		return "", err
	}
	const authorities = "/etc/ssl/certs/ca-certificates.crt"
	args := []string{
		"build", "--pull=never", "--network", "host",
		"--volume", env + ":/go/pkg/mod", "--volume", compiled + ":/root/.cache/go-build",
		"--volume", goEnv + ":/root/.config/go/env:ro",
		"--volume", cmp.Or(os.Getenv("SSL_CERT_FILE"), authorities) + ":" + authorities + ":ro",
	}
	targets[buildStage] = "build"
	images := slices.Sorted(maps.Keys(targets))
	slices.SortStableFunc(images, func(a, _ string) int { return map[bool]int{true: -1}[a == buildStage] }) // the others are made of it
	var sizes []string
	for _, image := range images {
		one := append(slices.Clone(args), "--tag", image)
		if targets[image] != "" {
			one = append(one, "--target", targets[image])
		}
		if _, err := e.podman(ctx, append(one, ".")...); err != nil {
			return "", err
		}
		size, err := e.podman(ctx, "image", "inspect", "--format", "{{.Size}}", image)
		if err != nil {
			return "", err
		}
		if image != buildStage {
			sizes = append(sizes, fmt.Sprintf("%s (%s bytes)", image, size))
		}
	}
	return strings.Join(sizes, ", "), nil
}

// writeGoEnv writes how this machine gets modules, as the go command reads it.
func (e *engine) writeGoEnv(ctx context.Context, file string) error {
	var text strings.Builder
	for _, name := range []string{"GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOFLAGS"} {
		value, err := e.run(ctx, "go", "env", name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(&text, "%s=%s\n", name, value)
	}
	return os.WriteFile(file, []byte(text.String()), 0o600)
}
