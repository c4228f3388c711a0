"""Request tasks (REQUESTS 1.1, 1.2, 1.3, 1.7, 1.8.2)."""

from aelang.services.declaring import Table

_WITH_VM = """
    vm  one VmOrTemplate  by source_id
"""

TASKS: dict[str, Table] = {
    "MiqRequestTask": Table(
        attributes="""
            String   description message phase request_type state status type userid
            String   source_type destination_type cancelation_status
            Time     created_on updated_on
            Integer  miq_request_id miq_request_task_id source_id destination_id tenant_id
            Hash     options phase_context
        """,
        associations="""
            destination        one  any             by destination_id
            miq_request        one  MiqRequest      by miq_request_id
            miq_request_task   one  MiqRequestTask  by miq_request_task_id
            miq_request_tasks  many MiqRequestTask  by miq_request_task_id
            source             one  any             by source_id
            tenant             one  Tenant          by tenant_id
        """,
        methods="""
            add_tag(category, name)       does
            cancel_requested?()           reads
            canceled?()                   reads
            canceling?()                  reads
            clear_tag(category?, name?)   does
            execute()                     commands
            finished(text)                does
            get_classification(category)  reads
            get_classifications()         reads
            get_option(key)               reads
            get_option_last(key)          reads
            get_tag(category)             reads
            get_tags()                    reads
            message=(text)                does set_task_message
            set_option(key, value)        does
            statemachine_task_status()    reads
            status()                      reads statemachine_task_status
            user_message=(text)           does
        """,
        named_by="description",
    ),
    "AutomationTask": Table(
        associations="""
            automation_request  one AutomationRequest  by miq_request_id
        """,
    ),
    "MiqHostProvision": Table(
        associations="""
            host                        one Host                     by destination_id
            miq_host_provision_request  one MiqHostProvisionRequest  by miq_request_id
        """,
    ),
    "MiqProvisionTask": Table(
        methods="""
            register_automate_callback(first, uri)  does
        """,
    ),
    "MiqProvision": Table(
        virtual="""
            placement_auto  Boolean  computed
            provision_type  String   as request_type
        """,
        associations="""
            miq_provision_request  one MiqProvisionRequest  by miq_request_id
            vm                     one VmOrTemplate         by destination_id
            vm_template            one VmOrTemplate         by source_id
        """,
        methods="""
            check_quota(*)                           reads given
            eligible_clusters()                      reads eligible
            eligible_customization_templates()       reads eligible
            eligible_folders()                       reads eligible
            eligible_hosts()                         reads eligible
            eligible_iso_images()                    reads eligible
            eligible_pxe_images()                    reads eligible
            eligible_pxe_servers()                   reads eligible
            eligible_resource_pools()                reads eligible
            eligible_storages()                      reads eligible
            eligible_windows_images()                reads eligible
            get_domain_name()                        reads given
            get_folder_paths()                       reads given
            get_network_details()                    reads given
            get_network_scope()                      reads given
            set_cluster(record)                      does set_placement
            set_customization_template(record)       does set_placement
            set_dvs(name, portgroup?)                does set_network
            set_folder(path)                         does set_placement
            set_host(record)                         does set_placement
            set_iso_image(record)                    does set_placement
            set_network_adapter(number, settings)    does set_network
            set_network_address_mode(mode)           does set_network
            set_nic_settings(number, settings)       does set_network
            set_pxe_image(record)                    does set_placement
            set_pxe_server(record)                   does set_placement
            set_resource_pool(record)                does set_placement
            set_storage(record)                      does set_placement
            set_vlan(name)                           does set_network
            set_vm_notes(text)                       does
            set_windows_image(record)                does set_placement
            source_type()                            reads
            target_type()                            reads
            update_vm_name(name, options?)           does
        """,
    ),
    "MiqRetireTask": Table(),
    "VmRetireTask": Table(associations=_WITH_VM),
    "ServiceRetireTask": Table(
        associations="""
            service  one Service  by source_id
        """,
    ),
    "OrchestrationStackRetireTask": Table(),
    "ServiceReconfigureTask": Table(
        associations="""
            service                      one Service                    by source_id
            service_reconfigure_request  one ServiceReconfigureRequest  by miq_request_id
        """,
        methods="""
            dialog_options()               reads
            get_dialog_option(key)         reads
            set_dialog_option(key, value)  does
        """,
    ),
    "ServiceTemplateProvisionTask": Table(
        associations="""
            service_template_provision_request  one ServiceTemplateProvisionRequest  by miq_request_id
        """,
        methods="""
            dialog_options()               reads
            get_dialog_option(key)         reads
            group_sequence_run_now?()      reads
            provision_priority()           reads
            provisioned(text)              does
            set_dialog_option(key, value)  does
        """,
    ),
    "VmMigrateTask": Table(associations=_WITH_VM),
    "VmReconfigureTask": Table(associations=_WITH_VM),
    "VmCloudReconfigureTask": Table(associations=_WITH_VM),
}
