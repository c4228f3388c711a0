"""Providers and what they run: VMs and templates, hosts, clusters, storages, stacks, networks."""

from aelang.services.declaring import Table

_CUSTOM = """
    custom_get(name)         reads
    custom_keys()            reads
    custom_set(name, value)  does
"""

INFRASTRUCTURE: dict[str, Table] = {
    "VmOrTemplate": Table(
        attributes="""
            String   name description vendor location type guid uid_ems ems_ref power_state raw_power_state
            String   connection_state tools_status format version retirement_state retirement_requester
            Integer  ems_id host_id storage_id ems_cluster_id evm_owner_id miq_group_id tenant_id
            Integer  retirement_warn memory_limit cpu_limit flavor_id availability_zone_id orchestration_stack_id
            Integer  ems_folder_id resource_pool_id cloud_network_id cloud_tenant_id
            Boolean  template retired cloud publicly_available linked_clone
            Time     created_on updated_on boot_time last_scan_on retires_on retirement_last_warn
            Array    ipaddresses hostnames
        """,
        virtual="""
            active                  Boolean  computed
            archived                Boolean  computed
            allocated_disk_storage  Integer  given
            cpu_cores_per_socket    Integer  computed hardware_column
            cpu_total_cores         Integer  computed hardware_column
            ems_cluster_name        String   computed name_of
            evm_owner_email         String   computed owner_column
            evm_owner_name          String   computed owner_column
            evm_owner_userid        String   computed owner_column
            host_name               String   computed name_of
            mac_addresses           Array    given
            mem_cpu                 Integer  computed hardware_column
            num_cpu                 Integer  computed hardware_column
            orphaned                Boolean  computed
            os_image_name           String   given
            owned_by_current_user   Boolean  given
            owning_ldap_group       String   computed group_name
            platform                String   given
            provisioned_storage     Integer  given
            storage_name            String   computed name_of
            used_storage            Integer  given
            v_annotation            String   given
            v_host_vmm_product      String   given
            v_owning_cluster        String   computed name_of
            v_owning_datacenter     String   given
            v_total_snapshots       Integer  computed
        """,
        associations="""
            availability_zone      one  AvailabilityZone     by availability_zone_id
            datacenter             one  EmsFolder            computed
            ems_blue_folder        one  EmsFolder            by ems_folder_id
            ems_cluster            one  EmsCluster           by ems_cluster_id
            ems_events             many EmsEvent             by vm_or_template_id
            ems_folder             one  EmsFolder            by ems_folder_id
            evm_owner              one  User                 by evm_owner_id
            ext_management_system  one  ExtManagementSystem  by ems_id
            flavor                 one  Flavor               by flavor_id
            guest_applications     many GuestApplication     by vm_or_template_id
            hardware               one  Hardware             computed
            host                   one  Host                 by host_id
            miq_group              one  MiqGroup             by miq_group_id
            miq_provision          one  MiqProvision         computed
            operating_system       one  OperatingSystem      computed
            orchestration_stack    one  OrchestrationStack   by orchestration_stack_id
            owner                  one  User                 as evm_owner
            resource_pool          one  ResourcePool         by resource_pool_id
            security_groups        many SecurityGroup        listed
            service                one  Service              computed
            snapshots              many Snapshot             by vm_or_template_id
            storage                one  Storage              by storage_id
            tenant                 one  Tenant               by tenant_id
        """,
        methods=_CUSTOM + """
            changed_vm_value?(*)                      reads given
            collect_running_processes()               commands
            create_snapshot(name, text?, memory?)     commands
            ems_custom_get(name)                      reads custom_get
            ems_custom_keys()                         reads custom_keys
            ems_custom_set(name, value)               does custom_set
            ems_ref_string()                          reads
            event_log_threshold?(*)                   reads given
            event_threshold?(*)                       reads given
            evacuate(*)                               commands
            extend_retires_on(days, from?)            commands
            finish_retirement()                       commands
            group=(record)                            does set_group
            is_evm_appliance?()                       reads given
            migrate(host, pool?, priority?, state?)   commands
            owner=(record)                            does set_owner
            performances_maintains_value_for_duration?(*)  reads given
            reboot_guest()                            commands
            reconfigured_hardware_value?(*)           reads given
            refresh()                                 commands
            registered?()                             reads
            remove_all_snapshots()                    commands
            remove_from_disk(sync?)                   commands
            remove_from_vmdb()                        commands
            remove_snapshot(*)                        commands
            retire_now(requester?)                    commands
            retired?()                                reads
            retirement_state=(text)                   does write_column
            retirement_warn=(days)                    does write_column
            retires_on=(time)                         does write_column
            retiring?()                               reads
            revert_to_snapshot(*)                     commands
            scan(categories?)                         commands
            shutdown_guest()                          commands
            standby_guest()                           commands
            start()                                   commands
            start_retirement()                        commands
            stop()                                    commands
            suspend()                                 commands
            unlink_storage()                          does
            unregister()                              commands
        """,
        named_by="name",
    ),
    "Vm": Table(
        methods="""
            add_to_service(service)  commands
            remove_from_service()    commands
            set_number_of_cpus(number, sync?)  commands
            set_memory(megabytes, sync?)       commands
            add_disk(*)                        commands
            remove_disk(*)                     commands
            resize_disk(*)                     commands
        """,
    ),
    "MiqTemplate": Table(),
    "Host": Table(
        attributes="""
            String   name hostname ipaddress guid vmm_vendor vmm_product vmm_version vmm_buildnumber power_state
            String   uid_ems ems_ref type connection_state service_tag asset_tag user_assigned_os
            Integer  ems_id ems_cluster_id ems_folder_id
            Boolean  maintenance smart
            Time     created_on updated_on last_scan_on
        """,
        virtual="""
            authentication_status  String   given
            os_image_name          String   given
            platform               String   given
            ram_size               Integer  given
            total_vcpus            Integer  given
            v_annotation           String   given
            v_owning_cluster       String   computed name_of
            v_total_miq_templates  Integer  computed
            v_total_storages       Integer  computed
            v_total_vms            Integer  computed
        """,
        associations="""
            datacenter             one  EmsFolder            computed
            ems_cluster            one  EmsCluster           by ems_cluster_id
            ems_events             many EmsEvent             by host_id
            ems_folder             one  EmsFolder            by ems_folder_id
            ext_management_system  one  ExtManagementSystem  by ems_id
            guest_applications     many GuestApplication     by host_id
            hardware               one  Hardware             computed
            lans                   many Lan                  listed
            miq_templates          many MiqTemplate          by host_id
            operating_system       one  OperatingSystem      computed
            storages               many Storage              listed
            switches               many Switch               listed
            vms                    many Vm                   by host_id
        """,
        methods=_CUSTOM + """
            authentication_password()                      asks
            authentication_userid()                        reads given
            credentials(type?)                             asks
            current_cpu_usage()                            reads given
            current_memory_headroom()                      reads given
            current_memory_usage()                         reads given
            domain()                                       reads given
            ems_custom_get(name)                           reads custom_get
            ems_custom_keys()                              reads custom_keys
            ems_custom_set(name, value)                    does custom_set
            event_log_threshold?(*)                        reads given
            external_get_node_maintenance()                asks
            get_realtime_metric(metric, range, function)   asks
            read_only_storages()                           reads
            scan()                                         commands
            set_node_maintenance()                         commands
            ssh_exec(script)                               asks
            unset_node_maintenance()                       commands
            writable_storages()                            reads
        """,
        named_by="name hostname",
    ),
    "EmsCluster": Table(
        attributes="""
            String   name uid_ems ems_ref type
            Integer  ems_id
            Boolean  drs_enabled ha_enabled
            Time     created_on updated_on
        """,
        virtual="""
            aggregate_cpu_total_cores  Integer  given
            aggregate_memory           Integer  given
            effective_cpu              Integer  given
            effective_memory           Integer  given
            v_total_hosts              Integer  given
        """,
        associations="""
            all_vms                many VmOrTemplate         by ems_cluster_id
            ems_events             many EmsEvent             by ems_cluster_id
            ext_management_system  one  ExtManagementSystem  by ems_id
            hosts                  many Host                 by ems_cluster_id
            parent_folder          one  EmsFolder            given
            resource_pools         many ResourcePool         by ems_cluster_id
            storages               many Storage              computed cluster_storages
            vms                    many Vm                   by ems_cluster_id
        """,
        methods="""
            register_host(host)  commands
        """,
        named_by="name",
    ),
    "Storage": Table(
        attributes="""
            String   name store_type location ems_ref type
            Integer  free_space total_space uncommitted
            Boolean  maintenance thin_provisioning_supported
            Time     created_on updated_on last_scan_on
        """,
        virtual="""
            used_space          Integer  computed
            v_free_space_percent_of_total  Integer  computed
            v_total_hosts       Integer  computed
            v_total_vms         Integer  computed
        """,
        associations="""
            ext_management_systems  many ExtManagementSystem  computed
            hosts                   many Host                 whose storages
            unregistered_vms        many Vm                   computed
            vms                     many Vm                   by storage_id
        """,
        methods=_CUSTOM + """
            scan()     commands
            show_url() reads
        """,
        named_by="name",
    ),
    "ExtManagementSystem": Table(
        attributes="""
            String   name hostname ipaddress type emstype guid api_version uid_ems provider_region
            String   authentication_userid
            Integer  port zone_id tenant_id parent_ems_id
            Boolean  enabled
            Time     created_on updated_on last_refresh_date
        """,
        virtual="""
            authentication_status  String  given
        """,
        associations="""
            availability_zones    many AvailabilityZone    by ems_id
            cloud_networks        many CloudNetwork        by ems_id
            cloud_tenants         many CloudTenant         by ems_id
            ems_clusters          many EmsCluster          by ems_id
            ems_events            many EmsEvent            by ems_id
            ems_folders           many EmsFolder           by ems_id
            flavors               many Flavor              by ems_id
            hosts                 many Host                by ems_id
            miq_templates         many MiqTemplate         by ems_id
            orchestration_stacks  many OrchestrationStack  by ems_id
            resource_pools        many ResourcePool        by ems_id
            security_groups       many SecurityGroup       by ems_id
            storages              many Storage             computed ems_storages
            tenant                one  Tenant              by tenant_id
            vms                   many Vm                  by ems_id
            zone                  one  Zone                by zone_id
        """,
        methods=_CUSTOM + """
            authentication_key()                 asks
            authentication_password()            asks
            authentication_password_encrypted()  asks
            refresh()                            commands
        """,
        named_by="name hostname",
    ),
    "OrchestrationStack": Table(
        attributes="""
            String   name description status status_reason ems_ref type retirement_state
            Integer  ems_id tenant_id orchestration_template_id evm_owner_id miq_group_id
            Boolean  retired
            Time     retires_on created_on updated_on
        """,
        associations="""
            ext_management_system   one  ExtManagementSystem    by ems_id
            orchestration_template  one  OrchestrationTemplate  by orchestration_template_id
            service                 one  Service                computed
            vms                     many Vm                     by orchestration_stack_id
        """,
        methods="""
            finish_retirement()   commands
            raw_delete_stack()    commands
            raw_exists?()         asks
            raw_update_stack(*)   commands
            refresh()             commands
            remove_from_vmdb()    commands
            retire_now(who?)      commands
            retired?()            reads
            retiring?()           reads
            start_retirement()    commands
        """,
        named_by="name",
    ),
    **{
        name: Table(
            attributes="""
                String   name description type ems_ref uid_ems status cidr
                Integer  ems_id tenant_id
                Boolean  enabled
            """,
            associations="""
                ext_management_system  one ExtManagementSystem  by ems_id
            """,
            named_by="name",
        )
        for name in (
            "AvailabilityZone", "CloudNetwork", "CloudSubnet", "CloudTenant", "CloudVolume", "Flavor", "FloatingIp",
            "NetworkPort", "NetworkRouter", "SecurityGroup", "PhysicalServer", "ConfiguredSystem", "Lan", "Switch",
        )
    },
    **{
        name: Table(
            attributes="""
                String   name description type ems_ref uid_ems guid status state
                Integer  ems_id
                Time     created_on updated_on created_at updated_at
                Hash     options
            """,
            associations="""
                ext_management_system  one ExtManagementSystem  by ems_id
            """,
            named_by="name",
        )
        for name in (
            "Container", "ContainerGroup", "ContainerImage", "ContainerNode", "ContainerProject", "ContainerReplicator",
        )
    },
}  # fmt: skip
"""The last ones have no more than a name and their provider."""
