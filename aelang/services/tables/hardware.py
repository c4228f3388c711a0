"""What VMs and hosts are made of and lie in: folders, pools, hardware, snapshots."""

from aelang.services.declaring import Table

HARDWARE: dict[str, Table] = {
    "EmsFolder": Table(
        attributes="""
            String   name type uid_ems ems_ref
            Integer  ems_id parent_id
            Boolean  hidden
        """,
        associations="""
            ext_management_system  one  ExtManagementSystem  by ems_id
            folders                many EmsFolder            by parent_id
            hosts                  many Host                 by ems_folder_id
            parent                 one  EmsFolder            by parent_id
            vms                    many Vm                   by ems_folder_id
        """,
        methods="""
            folder_path()     reads
            register_host(*)  commands
        """,
        named_by="name",
    ),
    "ResourcePool": Table(
        attributes="""
            String   name uid_ems ems_ref
            Integer  ems_id ems_cluster_id memory_limit cpu_limit
            Boolean  is_default
        """,
        associations="""
            ems_cluster            one  EmsCluster           by ems_cluster_id
            ext_management_system  one  ExtManagementSystem  by ems_id
            vms                    many Vm                   by resource_pool_id
        """,
        named_by="name",
    ),
    "Hardware": Table(
        attributes="""
            String   guest_os guest_os_full_name config_version bios model
            Integer  cpu_sockets cpu_cores_per_socket cpu_total_cores cpu_speed memory_mb disk_capacity
            Integer  vm_or_template_id host_id
            Array    ipaddresses mac_addresses hostnames
        """,
        associations="""
            disks          many Disk          by hardware_id
            guest_devices  many GuestDevice   by hardware_id
            host           one  Host          by host_id
            vm             one  VmOrTemplate  by vm_or_template_id
        """,
    ),
    "Disk": Table(
        attributes="""
            String   device_name device_type disk_type location filename mode controller_type
            Integer  hardware_id storage_id size size_on_disk
            Time     created_on updated_on
        """,
        associations="""
            hardware  one Hardware  by hardware_id
            storage   one Storage   by storage_id
        """,
        named_by="device_name",
    ),
    "GuestDevice": Table(
        attributes="""
            String   device_name device_type controller_type address
            Integer  hardware_id
        """,
        associations="""
            hardware  one Hardware  by hardware_id
        """,
        named_by="device_name",
    ),
    "GuestApplication": Table(
        attributes="""
            String   name version vendor description
            Integer  vm_or_template_id host_id
        """,
        associations="""
            host  one Host          by host_id
            vm    one VmOrTemplate  by vm_or_template_id
        """,
        named_by="name",
    ),
    "OperatingSystem": Table(
        attributes="""
            String   name product_name product_type version build_number
            Integer  vm_or_template_id host_id
        """,
        associations="""
            host  one Host          by host_id
            vm    one VmOrTemplate  by vm_or_template_id
        """,
        named_by="name",
    ),
    "Snapshot": Table(
        attributes="""
            String   name description uid
            Integer  vm_or_template_id parent_id total_size
            Boolean  current
            Time     create_time created_on
        """,
        associations="""
            vm_or_template  one VmOrTemplate  by vm_or_template_id
        """,
        methods="""
            current?()     reads
            get_current_snapshot()  reads given
        """,
        named_by="name",
    ),
}
