# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that know an engine's pipeline."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description: Name of the pipeline, a DNS label. Stages get it as E(ALLUXIO_PIPELINE) and as a label.
    type: str
    required: true
  engine:
    description:
      - Which engine's document it is.
      - V(argo) takes a Workflow, WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow, and packages of Kubeflow
        Pipelines 1, which are Workflows.
      - V(kubeflow) takes a package that kfp 2 has compiled, or a Pipeline with its PipelineVersion.
      - V(pachyderm) takes pipeline specifications, each of which is a stage.
    type: str
    choices: [argo, kubeflow, pachyderm]
    required: true
  definition:
    description:
      - The document as text, as a mapping, or as a list of mappings.
      - A template that is used by other tasks too is copied for a stage, so that those stay as they are.
    type: raw
  src:
    description: A file that holds the document, instead of O(definition).
    type: path
  root:
    description: The directory of Alluxio below which runs write. By default C(/pipelines/NAME).
    type: str
  run:
    description:
      - The directory of a run below O(root).
      - V(auto) is the engine's own id of the run, the default with Argo and Kubeflow.
      - V(none) is no directory, the default and with a fixed name the only choice with Pachyderm, whose workers
        serve many jobs. Anything else is a name.
    type: str
  access:
    description: How programs in a stage reach Alluxio.
    type: dict
    required: true
    suboptions:
      mode:
        description:
          - V(fuse) mounts a claim, and paths are paths of the file system.
          - V(s3) is the S3 service of Alluxio's proxy, and paths are C(s3://BUCKET/KEY), of which the first
            directory is the bucket.
          - V(alluxio) is Alluxio's own client, and paths are C(alluxio://AUTHORITY/PATH).
        type: str
        choices: [fuse, s3, alluxio]
        default: fuse
      claim:
        description:
          - For V(fuse), the PersistentVolumeClaim in the namespace where the pipeline runs, as C(spec.fuse.claims)
            of an AlluxioCluster makes it.
        type: str
      mount_path:
        description: For V(fuse), where the claim is mounted in pods. By default C(/mnt/alluxio).
        type: str
      folder:
        description: For V(fuse), the folder of the volume in which Alluxio is. By default C(data), as in those
          claims.
        type: str
      alluxio_path:
        description: For V(fuse), the directory of Alluxio that is seen there, as C(spec.fuse.alluxioPath). By
          default C(/).
        type: str
      endpoint:
        description: For V(s3), the address of the proxy, as C(http://demo-proxy:39999/api/v1/s3).
        type: str
      region:
        description: For V(s3), the region that clients sign for. By default C(us-east-1); Alluxio has none.
        type: str
      secret:
        description: For V(s3), the name of a Secret in the namespace where the pipeline runs.
        type: str
      access_key:
        description: For V(s3), the key of O(access.secret) for the access key. By default C(access-key).
        type: str
      secret_key:
        description: For V(s3), the key of O(access.secret) for the secret key. By default C(secret-key).
        type: str
      authority:
        description: For V(alluxio), the masters as C(HOST:19998), several with commas.
        type: str
  persist:
    description:
      - How safe the outputs of stages are. It belongs to who writes, the mount or the proxy; RV(stages) tells its
        write type.
      - V(sync) is in Alluxio and in the under file system when a file is closed (C(CACHE_THROUGH)). What does not fit
        into Alluxio is in the under file system alone, and nothing is lost.
      - V(async) is persisted later (C(ASYNC_THROUGH)). When Alluxio is full, writing fails.
      - V(through) is in the under file system alone (C(THROUGH)).
      - V(none) is in Alluxio alone (C(MUST_CACHE)). When Alluxio is full or a worker is lost, it is lost without an
        error.
    type: str
    choices: [sync, async, through, none]
    default: sync
  mark_success:
    description:
      - Adds an exit handler that writes the file C(_SUCCESS) into the directory of a run that has succeeded, by which
        an AlluxioPipeline knows that it may be cleaned. Only Argo's documents can have one.
    type: dict
    suboptions:
      image:
        description: An image with a shell, such as that of a stage.
        type: str
        required: true
  locality:
    description:
      - Whether stages run on the node where the stage ran that wrote their input. Only Argo can.
      - V(preferred) takes another node when that one has no room, V(required) waits.
    type: str
    choices: ['off', preferred, required]
    default: 'off'
  stages:
    description: The stages that read or write Alluxio. Others stay as they are.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The task's name in the document, with the tasks that hold it, as C(outer.inner).
          - With Pachyderm, the pipeline's name. For a template that no task calls, the template's.
        type: str
        required: true
      inputs:
        description: What the stage reads, E(ALLUXIO_STAGE_INPUT_1) and so on; the first is E(ALLUXIO_STAGE_INPUT)
          too.
        type: list
        elements: dict
        suboptions:
          stage:
            description: The stage that writes it, which the document must let end before.
            type: str
          path:
            description: An absolute path of Alluxio.
            type: str
      output:
        description: What the stage writes, E(ALLUXIO_STAGE_OUTPUT). An empty mapping for the defaults; none without
          it.
        type: dict
        suboptions:
          path:
            description: A directory below the run's. By default the stage's name.
            type: str
          persist:
            description: Instead of O(persist), for this output.
            type: str
            choices: [sync, async, through, none]
      params:
        description:
          - Parameters of the stage that get a path, by name, where C({input}), C({input_1}) and C({output}) stand
            for paths.
        type: dict
      locality:
        description: Instead of O(locality), for this stage.
        type: str
        choices: ['off', preferred, required]
      cleans:
        description: Stages whose output the program of this one removes. It must come after all who read that.
        type: list
        elements: str
requirements:
  - PyYAML >= 6.0
"""
