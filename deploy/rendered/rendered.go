// Package rendered gives the Kubernetes manifests as Kustomize renders them, which is what a cluster gets.
package rendered

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"go.yaml.in/yaml/v3"
)

// Kustomize is the renderer, run by the Go toolchain.
const Kustomize = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"

// ErrNoKustomize is that the renderer could not be fetched or built; nothing is then known about the manifests.
var ErrNoKustomize = errors.New("could not fetch Kustomize")

// Object is one manifest.
type Object map[string]any

// Overlay renders the manifests in a folder.
func Overlay(ctx context.Context, folder string) ([]Object, error) {
	if out, err := exec.CommandContext(ctx, "go", "run", Kustomize, "version").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %w\n%s", ErrNoKustomize, err, out)
	}
	var said bytes.Buffer
	build := exec.CommandContext(ctx, "go", "run", Kustomize, "build", folder)
	build.Stderr = &said
	out, err := build.Output()
	if err != nil {
		return nil, fmt.Errorf("kustomize build %s: %w\n%s", folder, err, said.Bytes())
	}
	var list []Object
	for d := yaml.NewDecoder(bytes.NewReader(out)); ; {
		var o map[string]any
		switch err := d.Decode(&o); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		list = append(list, o)
	}
}

// Only gives the one object of a kind. An error says that there is none, or more than one.
func Only(list []Object, kind string) (Object, error) {
	var found []Object
	for _, o := range list {
		if o["kind"] == kind {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d objects of kind %s, want one", len(found), kind)
	}
	return found[0], nil
}

// At gives what lies in an object by a path of keys, and of indexes for lists; nil when there is nothing.
func (o Object) At(path ...any) any {
	var here any = map[string]any(o)
	for _, step := range path {
		switch at := here.(type) {
		case map[string]any:
			name, _ := step.(string)
			here = at[name]
		case []any:
			i, is := step.(int)
			if !is || i >= len(at) {
				return nil
			}
			here = at[i]
		default:
			return nil
		}
	}
	return here
}
