// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const provisionerName = "dev.alluxio.io/directory"

// provisioner makes each volume as a folder <nodes>/<node>/volumes/<volume>. All nodes live on this
// machine and see that folder at the same path, so no helper pod has to make it.
type provisioner struct{ nodes string }

// provisionVolumes KUBECONFIG NODES_FOLDER serves the storage classes of provisionerName for ever.
func provisionVolumes() {
	if len(os.Args) != 3 {
		fail("usage: volume-provisioner KUBECONFIG NODES_FOLDER")
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		fail("volume-provisioner: %v", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		fail("volume-provisioner: %v", err)
	}
	ctx := context.Background()
	controller.NewProvisionController(ctx, client, provisionerName, provisioner{os.Args[2]},
		controller.LeaderElection(false)).Run(ctx)
}

// Provision makes the folder like the root of a fresh file system: owned by root, mode 0755. A pod of
// another user needs an fsGroup to write, as on real clusters.
func (p provisioner) Provision(_ context.Context, options controller.ProvisionOptions) (
	*core.PersistentVolume, controller.ProvisioningState, error) {
	if options.SelectedNodeName == "" {
		return nil, controller.ProvisioningFinished,
			fmt.Errorf("storage class %s: its volumeBindingMode must be WaitForFirstConsumer", options.StorageClass.Name)
	}
	path, err := p.path(options.SelectedNodeName, options.PVName)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !os.IsExist(err) {
		return nil, controller.ProvisioningFinished, err
	}
	return p.volume(options, path), controller.ProvisioningFinished, nil
}

func (p provisioner) volume(options controller.ProvisionOptions, path string) *core.PersistentVolume {
	onItsNode := core.NodeSelectorRequirement{
		Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{options.SelectedNodeName}}
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: options.PVName},
		Spec: core.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: options.PVC.Spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{
				NodeSelectorTerms: []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{onItsNode}}}}},
		},
	}
}

// Delete removes the folder, unless anything below it is mounted or lies on another file system.
func (p provisioner) Delete(_ context.Context, volume *core.PersistentVolume) error {
	if volume.Spec.Local == nil {
		return fmt.Errorf("volume %s: it is not of type local", volume.Name)
	}
	node := filepath.Base(filepath.Dir(filepath.Dir(volume.Spec.Local.Path)))
	path, err := p.path(node, volume.Name)
	if err != nil {
		return err
	}
	if path != volume.Spec.Local.Path {
		return fmt.Errorf("volume %s: its path %s is not %s: nothing removed", volume.Name, volume.Spec.Local.Path, path)
	}
	if err := oneFileSystem(path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

func (p provisioner) path(node, volume string) (string, error) {
	for _, name := range []string{node, volume} {
		if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
			return "", fmt.Errorf("%q is not the name of a folder", name)
		}
	}
	return filepath.Join(p.nodes, node, "volumes", volume), nil
}

// oneFileSystem fails when the tree at path holds a mount point. A bind mount of the same file system
// shows only in the list of mounts, another device only by its number in this mount namespace.
func oneFileSystem(path string) error {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(mounts), "\n") {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4]+"/", path+"/") {
			return fmt.Errorf("%s is a mount point: nothing removed", fields[4])
		}
	}
	var device *uint64
	return filepath.WalkDir(path, func(entry string, _ fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		} else if err != nil {
			return err
		}
		var status syscall.Stat_t
		if err := syscall.Lstat(entry, &status); err != nil {
			return err
		}
		if device == nil {
			device = &status.Dev
		}
		if *device != status.Dev {
			return fmt.Errorf("%s lies on another file system: nothing removed", entry)
		}
		return nil
	})
}
