"""Events (REQUESTS 5.2)."""

from aelang.services.declaring import Table

EVENTS: dict[str, Table] = {
    "EventStream": Table(
        attributes="""
            String   event_type message source target_type type chain_id vm_name host_name dest_vm_name username
            String   ems_ref uid_ems severity
            Integer  ems_id vm_or_template_id host_id dest_vm_or_template_id dest_host_id target_id user_id
            Integer  ems_cluster_id group_id tenant_id
            Time     timestamp created_on
            Hash     full_data
        """,
        associations="""
            dest_host              one Host                 by dest_host_id
            dest_vm                one VmOrTemplate         by dest_vm_or_template_id
            ems                    one ExtManagementSystem  by ems_id
            ems_cluster            one EmsCluster           by ems_cluster_id
            ext_management_system  one ExtManagementSystem  by ems_id
            host                   one Host                 by host_id
            src_host               one Host                 by host_id
            src_vm                 one VmOrTemplate         by vm_or_template_id
            target                 one any                  by target_id
            tenant                 one Tenant               by tenant_id
            user                   one User                 by user_id
            vm                     one VmOrTemplate         by vm_or_template_id
            vm_or_template         one VmOrTemplate         by vm_or_template_id
        """,
        methods="""
            event_namespace()         reads
            management_event(name)    commands
            policies_apply?()         reads
        """,
        named_by="event_type",
    ),
    "EmsEvent": Table(
        attributes="""
            Boolean  is_task
            Integer  dest_ems_cluster_id availability_zone_id dest_availability_zone_id
            Integer  container_group_id container_node_id container_replicator_id container_id container_project_id
            String   vm_location dest_vm_location dest_host_name ems_cluster_name dest_ems_cluster_name
            String   availability_zone_name dest_availability_zone_name vm_ems_ref dest_vm_ems_ref
            String   container_group_name container_node_name container_replicator_name container_name
            String   container_project_name
        """,
        associations="""
            availability_zone     one AvailabilityZone     by availability_zone_id
            container_group       one ContainerGroup       by container_group_id
            container_node        one ContainerNode        by container_node_id
            container_project     one ContainerProject     by container_project_id
            container_replicator  one ContainerReplicator  by container_replicator_id
            src_ems_cluster       one EmsCluster           by ems_cluster_id
        """,
        methods="""
            refresh_sync(*)                            commands
            change_event_target_state(name, value)     commands
            refresh(*)                                 commands
            policy(*)                                  commands
            scan(*)                                    commands
            src_vm_as_template(flag)                   commands
            src_vm_destroy_all_snapshots()             commands
            src_vm_disconnect_storage()                commands
        """,
    ),
    "MiqEvent": Table(
        methods="""
            prevent(reason?)      commands
            prevented?()          reads
            process_evm_event(*)  commands
        """,
    ),
    "CustomEvent": Table(),
    "RequestEvent": Table(),
}
